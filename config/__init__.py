"""Settings of each process: TOML files, their schemas, and the one loader. A leaf."""

from config.loader import ConfigError, load
from config.schemas import (
    BoothConfig,
    ClinicConfig,
    DoctorAccount,
    SimulatorConfig,
)

__all__ = [
    "BoothConfig",
    "ClinicConfig",
    "ConfigError",
    "DoctorAccount",
    "SimulatorConfig",
    "load",
]
