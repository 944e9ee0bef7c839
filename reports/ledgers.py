"""Which app brings which ledger. An exporter module has ``LEDGER_COLUMNS``, ``ledger_queryset(user, params)`` – scoped
and filtered as its list page – and ``ledger_rows(queryset, user)``."""

from typing import Any

from enterprises import exporters as enterprises
from experts import exporters as experts
from reports.enums import Ledger

EXPORTERS: dict[str, Any] = {
    Ledger.EXPERTS: experts.ExpertsLedger,
    Ledger.ENTERPRISES: enterprises.EnterprisesLedger,
    Ledger.NEEDS: enterprises.NeedsLedger,
}
