"""Horizons of made terrain against closed forms on the sphere: within 0.02 deg, curvature included.

A closed form belongs to the smooth ground, the mask to its pixels: crests are rounded over some pixels, so that the two
differ by less than a metre (p^2 / 8 times the curvature). The rest is what stepping along the rays leaves out.
"""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from sim.astro.rotations import east_north_up
from sim.constants import R_MOON_KM
from sim.terrain.dem import open_dem, terrain_heights_m
from sim.terrain.grid import latitude_longitude_deg, unit_vector_me
from sim.terrain.horizon import handovers_km, terrain_horizon
from sim.units import DEG, M_PER_KM
from tests.dems import arc_to, cylindrical_grid, elevation_deg, heights_on, polar_grid, write_pds

CLOSE_DEG = 0.02
"""Asked of the method; the worst here is 0.0025 deg."""


def made(folder, grid, shape, height_m, dtype="<f4", name="made"):
    return open_dem(write_pds(folder, name, grid, heights_on(grid, shape, height_m), dtype))


def rim(top_m, at_km, width_km, spot):
    """A round ridge about a spot, a bell in section."""

    def heights(direction):
        away_km = R_MOON_KM * arc_to(direction, *spot) - at_km
        return top_m * np.exp(-0.5 * (away_km / width_km) ** 2)

    return heights


def highest_deg(profile_m, low_km, high_km, eye_m):
    """Largest elevation of a profile of height over distance, found by a search on the closed form."""

    def below(distance_km):
        return -elevation_deg(profile_m(distance_km), distance_km / R_MOON_KM, eye_m)

    grid = np.linspace(low_km, high_km, 20001)
    best = grid[np.argmin(below(grid))]
    step = grid[1] - grid[0]
    return -minimize_scalar(below, bounds=(best - step, best + step), method="bounded").fun


@pytest.mark.parametrize("spot", [(-90.0, 0.0), (-89.8, 130.0)])
def test_a_crater_rim_round_the_eye(tmp_path, spot):
    dem = made(tmp_path, polar_grid(1200, 50.0), (1200, 1200), rim(1500.0, 10.0, 1.0, spot))
    found = terrain_horizon([dem], *spot, [2.0, 10.0], range_km=25.0)
    ground_m = terrain_heights_m(dem, *spot)
    assert found.terrain_height_m == ground_m == pytest.approx(0.0, abs=0.01)
    for eye_m, elevations in zip((2.0, 10.0), found.elevation_deg, strict=True):
        wanted = highest_deg(lambda km: 1500.0 * np.exp(-0.5 * (km - 10.0) ** 2), 5.0, 15.0, eye_m)
        assert np.abs(elevations - wanted).max() < CLOSE_DEG
    # Eight metres further up at 10 km: 0.046 deg lower.
    assert np.mean(found.elevation_deg[0] - found.elevation_deg[1]) == pytest.approx(0.0454, abs=0.001)


@pytest.mark.parametrize("pole", [-1, 1])
def test_a_straight_ridge(tmp_path, pole):
    """Along the great circle square to longitude 40; the ridge stands between the eye and the pole and beyond."""
    spot, at_km = (pole * 89.7, 40.0), 12.0
    _, north, up = east_north_up(spot[0] * DEG, spot[1] * DEG)
    tilt = at_km / R_MOON_KM
    # The ridge is the great circle that passes the eye at 12 km in the north, running east and west there.
    normal = np.cos(tilt) * north - np.sin(tilt) * up

    def ridge(direction):
        return 1200.0 * np.exp(-0.5 * (R_MOON_KM * np.arcsin(direction @ normal) / 1.0) ** 2)

    dem = made(tmp_path, polar_grid(1600, 50.0, pole), (1600, 1600), ridge)
    found = terrain_horizon([dem], *spot, [5.0], range_km=35.0)
    for azimuth_deg in np.arange(-60.0, 60.5, 10.0):
        # A direction stands for the quarter degree on both its sides: the closed form does too.
        wanted = max(ray_deg(spot, azimuth_deg + aside, ridge, 5.0) for aside in (-0.25, 0.0, 0.25))
        index = round((azimuth_deg % 360.0) / 0.5)
        assert found.elevation_deg[0, index] == pytest.approx(wanted, abs=CLOSE_DEG)


def ray_deg(spot, azimuth_deg, height_m, eye_m, far_km=35.0):
    """Largest elevation along one azimuth of a height that is known in closed form."""
    east, north, up = east_north_up(spot[0] * DEG, spot[1] * DEG)
    ahead = np.sin(azimuth_deg * DEG) * east + np.cos(azimuth_deg * DEG) * north
    ground_m = float(height_m(up))

    def profile_m(distance_km):
        arc = np.asarray(distance_km / R_MOON_KM)[..., None]
        return height_m(np.cos(arc) * up + np.sin(arc) * ahead)

    return highest_deg(profile_m, 0.5, far_km, ground_m + eye_m)


def test_a_far_cone_behind_the_curve(tmp_path):
    """A mountain of 5.7 km, 100 km away on coarse pixels, seen from a plain: the sphere hides the lower half of it."""
    top = (-86.7, 75.0)
    spot = (-89.9, 60.0)

    def cone(direction):
        away_km = R_MOON_KM * arc_to(direction, *top)
        return 6000.0 - 300.0 * np.sqrt(away_km**2 + 1.0)

    def mountain(direction):
        return np.maximum(0.0, cone(direction))

    dem = made(tmp_path, polar_grid(1000, 240.0), (1000, 1000), mountain)
    found = terrain_horizon([dem], *spot, [10.0], range_km=115.0)
    peak = unit_vector_me(top[0] * DEG, top[1] * DEG)
    away_rad = arc_to(peak, *spot)
    assert R_MOON_KM * away_rad == pytest.approx(97.1, abs=0.1)
    azimuth_deg = azimuth_to_deg(spot, peak)
    index = round(azimuth_deg / 0.5) % 720
    wanted = max(ray_deg(spot, 0.5 * index + aside, mountain, 10.0, 115.0) for aside in np.linspace(-0.25, 0.25, 11))
    assert wanted == pytest.approx(elevation_deg(5700.0, away_rad, 10.0), abs=0.01)
    # Without the curve it would stand at 3.36 deg: the drop of 2.71 km takes half of that.
    assert wanted == pytest.approx(1.75, abs=0.02)
    assert found.elevation_deg[0, index] == pytest.approx(wanted, abs=CLOSE_DEG)
    # Away from it the horizon of a bare sphere: cos(dip) = R / (R + h).
    dip_deg = -np.degrees(np.arccos(R_MOON_KM / (R_MOON_KM + 0.010)))
    opposite = (index + 360) % 720
    assert found.elevation_deg[0, opposite] == pytest.approx(dip_deg, abs=0.001)


def azimuth_to_deg(spot, direction):
    east, north, _ = east_north_up(spot[0] * DEG, spot[1] * DEG)
    return np.degrees(np.arctan2(direction @ east, direction @ north)) % 360.0


def test_a_cone_on_a_map_of_the_whole_moon(tmp_path):
    """Cylindrical, across the seam of the map at longitude 0, where the lines of the map meet the eye at 30 deg."""
    spot, top = (30.0, 0.4), (30.5, 358.9)

    def mountain(direction):
        return 5000.0 - 100.0 * np.sqrt((R_MOON_KM * arc_to(direction, *top)) ** 2 + 25.0)

    def clipped(direction):
        return np.maximum(0.0, mountain(direction))

    grid = cylindrical_grid(8)
    dem = made(tmp_path, grid, (1440, 2880), clipped)
    found = terrain_horizon([dem], *spot, [20.0], range_km=150.0)
    azimuth_deg = round(azimuth_to_deg(spot, unit_vector_me(top[0] * DEG, top[1] * DEG)) * 2) / 2
    assert azimuth_deg > 270.0
    # The pixels of 3.8 km cut 36 m off the rounded top (p^2 / 8 over 5 km at a slope of 0.1): 0.05 deg at 42 km.
    wanted = ray_deg(spot, azimuth_deg, lambda r: pixelled(dem, r), 20.0, 150.0)
    assert found.elevation_deg[0, round(azimuth_deg / 0.5)] == pytest.approx(wanted, abs=CLOSE_DEG)


def pixelled(dem, direction):
    latitude, longitude = np.arcsin(direction[..., 2]) / DEG, np.arctan2(direction[..., 1], direction[..., 0]) / DEG
    return terrain_heights_m(dem, latitude, longitude)


def test_fine_near_by_and_coarse_far_off(tmp_path):
    """Two rims: the inner one is on the fine model alone, the outer one beyond it."""
    spot = (-89.9, -70.0)
    inner, outer = rim(300.0, 4.0, 0.4, spot), rim(4500.0, 60.0, 4.0, spot)
    fine = made(tmp_path, polar_grid(1200, 20.0), (1200, 1200), inner, name="fine")
    coarse = made(tmp_path, polar_grid(900, 200.0), (900, 900), outer, name="coarse")
    assert handovers_km([fine, coarse], *spot, 80.0) == [80.0, 80.0]
    found = terrain_horizon([coarse, fine], *spot, [2.0], range_km=80.0)
    alone = [
        highest_deg(lambda km: 300.0 * np.exp(-0.5 * ((km - 4.0) / 0.4) ** 2), 2.0, 6.0, 2.0),
        highest_deg(lambda km: 4500.0 * np.exp(-0.5 * ((km - 60.0) / 4.0) ** 2), 30.0, 80.0, 2.0),
    ]
    assert alone[0] > alone[1] + 0.5
    assert np.abs(found.elevation_deg[0] - alone[0]).max() < CLOSE_DEG
    assert found.dems == ("fine.LBL (20 m)", "coarse.LBL (200 m)")
    bare = made(tmp_path, polar_grid(1200, 20.0), (1200, 1200), lambda r: np.zeros(r.shape[:-1]), name="bare")
    far = terrain_horizon([bare, coarse], *spot, [2.0], range_km=80.0)
    assert np.abs(far.elevation_deg[0] - alone[1]).max() < CLOSE_DEG
    assert far.reach_km.min() == pytest.approx(80.0, rel=0.001)


def test_handing_over_follows_the_steps(tmp_path):
    """Pixels of 80 m serve from 80 km on, where steps are 40 m; a model that reaches no further is passed by."""
    spot = (-90.0, 0.0)

    def level(r):
        return np.zeros(r.shape[:-1])

    fine = made(tmp_path, polar_grid(100, 40.0), (100, 100), level, name="fine")
    coarse = made(tmp_path, polar_grid(400, 1000.0), (400, 400), level, name="coarse")
    small = made(tmp_path, polar_grid(2, 500.0), (2, 2), level, name="small")
    assert handovers_km([fine, coarse], *spot, 250.0) == [250.0, 250.0]
    assert handovers_km([fine, small, coarse], *spot, 3000.0)[0] == 1000.0


def test_the_mast_is_worth_its_height_on_a_plain(tmp_path):
    """On level ground the dip grows as the root of the height: cos dip = R / (R + h)."""
    dem = made(tmp_path, polar_grid(300, 100.0), (300, 300), lambda r: np.zeros(r.shape[:-1]))
    found = terrain_horizon([dem], -90.0, 0.0, [2.0, 10.0], range_km=14.0)
    dips = [-np.degrees(np.arccos(R_MOON_KM * M_PER_KM / (R_MOON_KM * M_PER_KM + h))) for h in (2.0, 10.0)]
    assert dips == pytest.approx([-0.0869, -0.1944], abs=1e-4)
    assert np.abs(found.elevation_deg - np.array(dips)[:, None]).max() < 0.001


def test_no_pixel_of_rough_ground_stands_above_the_mask(tmp_path):
    """Against another method: every pixel by itself, put into the direction it is seen in."""
    pixels, size_m = 400, 60.0
    rng = np.random.default_rng(1)
    spectrum = np.fft.rfft2(rng.normal(size=(pixels, pixels)))
    frequency = np.hypot(np.fft.fftfreq(pixels)[:, None], np.fft.rfftfreq(pixels)[None, :])
    ground = np.fft.irfft2(spectrum / np.maximum(frequency, 1.0 / pixels) ** 2.3, s=(pixels, pixels))
    grid = polar_grid(pixels, size_m)
    heights = ground * 600.0 / ground.std()
    # Slopes as rough as highlands at this size of pixel: 10 deg on average.
    assert np.hypot(*np.gradient(heights, size_m)).mean() == pytest.approx(np.tan(10.0 * DEG), rel=0.3)
    dem = open_dem(write_pds(tmp_path, "rough", grid, heights, "<f4"))
    line, column = np.indices(heights.shape)
    middle = heights[150:250, 150:250]
    top = np.add(np.unravel_index(np.argmax(middle), middle.shape), 150)
    spot = tuple(float(value) for value in latitude_longitude_deg(grid, *(top + 0.3)))
    found = terrain_horizon([dem], *spot, [2.0], range_km=20.0)
    latitude, longitude = latitude_longitude_deg(grid, line, column)
    direction = unit_vector_me(latitude * DEG, longitude * DEG)
    east, north, _ = east_north_up(spot[0] * DEG, spot[1] * DEG)
    arc = arc_to(direction, *spot)
    azimuth = np.degrees(np.arctan2(direction @ east, direction @ north)) % 360.0
    elevation = elevation_deg(heights, arc, found.terrain_height_m + 2.0)
    index = np.round(azimuth / 0.5).astype(int) % 720
    # From a few pixels on, where their centres and not the ground below the eye are seen.
    away = arc * R_MOON_KM > 3.0 * size_m / M_PER_KM
    above = (elevation - found.elevation_deg[0][index])[away]
    # A pixel lies at most a fortieth of a degree beside a ray: 0.02 deg at a slope of 39 deg.
    assert above.max() < CLOSE_DEG
    # And it is no lower than five times as many rays and steps find it.
    for azimuth_deg in (0.0, 45.0, 180.0):
        dense = dense_deg(dem, spot, azimuth_deg + np.linspace(-0.25, 0.25, 51), found.terrain_height_m + 2.0)
        assert found.elevation_deg[0, round(azimuth_deg / 0.5)] == pytest.approx(dense, abs=CLOSE_DEG)


def dense_deg(dem, spot, azimuths_deg, eye_m):
    """Largest elevation over azimuths, by samples so near each other that 0.003 deg are not lost."""
    east, north, up = east_north_up(spot[0] * DEG, spot[1] * DEG)
    arc = np.geomspace(dem.resolution_m / 2.0, 16000.0, 40000) / M_PER_KM / R_MOON_KM
    highest = []
    for azimuth in azimuths_deg * DEG:
        ahead = np.sin(azimuth) * east + np.cos(azimuth) * north
        height_m = pixelled(dem, np.cos(arc)[:, None] * up + np.sin(arc)[:, None] * ahead)
        highest.append(np.nanmax(elevation_deg(height_m, arc, eye_m)))
    return max(highest)
