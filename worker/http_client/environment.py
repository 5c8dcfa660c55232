class EnvironmentValueError(ValueError):
    """Names a variable of the system's, such as HTTPS_PROXY, that is wrong; without its value."""
