"""Settings of all tests."""

import os

from hypothesis import settings

# The same examples each time, so that a clean checkout passes or fails for everybody alike, and no limit of time on a
# busy machine. HYPOTHESIS_PROFILE=explore looks for new examples.
settings.register_profile("fixed", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fixed"))
