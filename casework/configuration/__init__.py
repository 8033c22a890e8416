"""Configuration, read once and checked on load; errors name file and line. No Django."""

from __future__ import annotations

from casework.configuration.baselines import ActivityTable, Baseline, Unpublished, WageTable
from casework.configuration.configuration import Configuration
from casework.configuration.in_force import ProcessInForce, SystemCatalogue
from casework.configuration.loading import current, forget, lay_over, load, problems
from casework.configuration.located import Origin, Problem
from casework.configuration.mailboxes import MailboxSettings
from casework.configuration.offices import LegalBasis, Login, Office, ProcessOverlay, SystemOverlay
from casework.configuration.overrides import Override, export_overrides
from casework.configuration.places import Home, checkout, config_folders, home, shipped
from casework.configuration.processes import FieldSettings, PostingStep, Process
from casework.configuration.readiness import missing_secrets, missing_systems, running, unmapped_choices
from casework.configuration.schemas import schemas
from casework.configuration.secrets import secret
from casework.configuration.statutes import Statute
from casework.configuration.vocabulary import FieldType, Nature, Provenance, Stage

__all__ = [
    "ActivityTable",
    "Baseline",
    "Configuration",
    "FieldSettings",
    "FieldType",
    "Home",
    "LegalBasis",
    "Login",
    "MailboxSettings",
    "Nature",
    "Office",
    "Origin",
    "Override",
    "PostingStep",
    "Problem",
    "Process",
    "ProcessInForce",
    "ProcessOverlay",
    "Provenance",
    "Stage",
    "Statute",
    "SystemCatalogue",
    "SystemOverlay",
    "Unpublished",
    "WageTable",
    "checkout",
    "config_folders",
    "current",
    "export_overrides",
    "forget",
    "home",
    "lay_over",
    "load",
    "missing_secrets",
    "missing_systems",
    "problems",
    "running",
    "schemas",
    "secret",
    "shipped",
    "unmapped_choices",
]
