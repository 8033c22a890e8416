"""All kinds, by name: one visible table. A new kind is a file of its own and two lines here."""

from __future__ import annotations

from typing import cast

import classifiers.kinds.defect_report
import classifiers.kinds.dog_deregistration
import classifiers.kinds.dog_registration
import classifiers.kinds.invoice
import classifiers.kinds.no_action
from classifiers.kinds.contract import Kind

KINDS: dict[str, Kind] = {
    module.NAME: cast(Kind, module)
    for module in (
        classifiers.kinds.invoice,
        classifiers.kinds.dog_registration,
        classifiers.kinds.dog_deregistration,
        classifiers.kinds.defect_report,
        classifiers.kinds.no_action,
    )
}
