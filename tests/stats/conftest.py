from hypothesis import settings

settings.register_profile("stats", max_examples=60, deadline=None, derandomize=True)
settings.load_profile("stats")
