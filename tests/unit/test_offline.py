"""Nothing needs the network, in no year."""

import subprocess
import sys

import pytest

# Runs in a process of its own: the clock and the sockets are changed before anything of ours or of astropy is imported.
SCRIPT = """
import datetime, socket, sys, time, warnings
warnings.simplefilter("error")
year = int(sys.argv[1])
real_datetime, real_time = datetime.datetime, time.time
shift_s = (real_datetime(year, 6, 1) - real_datetime.now()).total_seconds()

class Datetime(real_datetime):
    @classmethod
    def now(cls, tz=None):
        return super().now(tz) + datetime.timedelta(seconds=shift_s)

    @classmethod
    def utcnow(cls):
        return cls.now(datetime.timezone.utc).replace(tzinfo=None)

tried = []
def refuse(*args, **kwargs):
    tried.append(args)
    raise OSError("no network here")

datetime.datetime = Datetime
time.time = lambda: real_time() + shift_s
socket.getaddrinfo = socket.create_connection = socket.socket.connect = refuse

from sim.astro.earth import gcrs_to_itrs
from sim.astro.ephemeris import Ephemeris
from sim.astro.time import configure_offline, tdb_s_from_utc, utc_text
from sim.station.site import site_ephemeris, site_geometry

t = tdb_s_from_utc(f"{year}-06-01")
assert utc_text(t) == f"{year}-06-01T00:00:00.000Z"
gcrs_to_itrs(t)
Ephemeris.de440().granules(t, t + 1e6)
site_ephemeris(site_geometry(-89.5, 0.0), t)
assert "astropy" not in sys.modules, "the inside must not need astropy"

configure_offline()
warnings.simplefilter("ignore")
from astropy import units
from astropy.coordinates import GCRS, ITRS, EarthLocation
from astropy.time import Time

now = Time.now()
assert now.datetime.year == year, now
assert abs(now.ut1.jd - now.utc.jd) < 1e-4
moment = Time(f"{year}-06-01", scale="utc")
assert abs((moment.tdb.jd1 - 2451545.0 + moment.tdb.jd2) * 86400.0 - t) < 1e-4
EarthLocation.from_geodetic(40 * units.deg, 50 * units.deg).get_gcrs(moment).transform_to(ITRS(obstime=moment))
assert not tried, tried
"""


@pytest.mark.parametrize("year", [2034, 2040])
def test_years_ahead_need_no_network(year):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(year)], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
