"""Who may do what at which address: docs/visibility.md, transcribed by hand. Imports nothing of the product.

``SIGHT`` says what a person is to an object; whoever is not listed does not see it, and then it does not exist (404).
A row says which of those relations may read (``get``) and write (``post``, ``patch``, ``delete``); a relation in sight
that is not named is refused (403 at the API; a page may lead back with the reason) and changes nothing. ``None``: the
method does not exist there (405).
"""

from dataclasses import dataclass, field

# -- what people are to objects ------------------------------------------------------------------------------------

OFFICE_A = {"staff_x": "staff", "token": "staff", "city": "staff", "admin": "admin", "leader": "leader"}
# The office that leads the group of a colleague from another county reads that row as a colleague does.
OFFICE_A_AS_MATE = {who: "mate" if who == "leader" else "mate_office" for who in OFFICE_A}
OFFICE_B = {"staff_y": "staff"}
MARKET_A = dict.fromkeys(("expert_x", "expert_z", "mate"), "market")
MARKET_B = dict.fromkeys(("mate",), "market")

SIGHT = {
    # experts: the office of the county, the person, people of a group they are in now, the office that leads the group
    "expert:x": {**OFFICE_A, "expert_x": "own", "mate": "mate"},
    "expert:w": OFFICE_A,
    "expert:f": {**OFFICE_A, "former": "own"},
    "expert:m": {**OFFICE_A_AS_MATE, **OFFICE_B, "mate": "own", "expert_x": "mate"},
    "expert:r": OFFICE_B,
    "group:g": {**OFFICE_A, "expert_x": "mate", "mate": "mate"},
    "group:h": OFFICE_B,
    "firm:p": {**OFFICE_A, "firm_p": "member"},
    "firm:q": {**OFFICE_A, "firm_q": "member"},
    "firm:r": {**OFFICE_B, "firm_r": "member"},
    "need:n1": {**OFFICE_A, "firm_p": "member", **MARKET_A},
    "need:n3": {**OFFICE_B, "firm_r": "member", **MARKET_B},
    "need:d1": {"firm_p": "member"},
    "need:s1": {**OFFICE_A, "firm_p": "member"},
    "need:v1": {**OFFICE_A, "firm_p": "member"},
    "need:v2": {**OFFICE_A, "firm_q": "member", "expert_x": "told"},
    "order:o1": {**OFFICE_A, "firm_p": "member", "expert_x": "expert"},
    "order:o2": {**OFFICE_A, "firm_q": "member"},
    "order:o3": {**OFFICE_B, "firm_r": "member"},
    "order:o4": {**OFFICE_A, "firm_q": "member", "expert_x": "expert"},
    # The match page of a need.
    "match:n1": OFFICE_A,
    "match:n3": OFFICE_B,
    "match:d1": {},
    "run:a": OFFICE_A,
    "run:b": OFFICE_B,
    "notice:a": {"staff_x": "own", "token": "own"},
    "notice:b": {"staff_y": "own"},
    "notice:e": {"expert_x": "own"},
    "apitoken:a": {"staff_x": "own", "token": "own"},
    "apitoken:b": {"staff_y": "own"},
    "job:a": {"staff_x": "own", "token": "own"},
    "job:b": {"staff_y": "own"},
    "job:e": {"expert_x": "own"},
    "export:a": {"staff_x": "own", "token": "own"},
    "export:b": {"staff_y": "own"},
    "export:l": {"leader": "own"},
    "batch:a": {who: word for who, word in OFFICE_A.items() if word != "leader"},
    "batch:b": OFFICE_B,
    # Invitations to firms and experts: staff and admins; to the office: admins.
    "invitation:a": {who: word for who, word in OFFICE_A.items() if word != "leader"},
    "invitation:o": {"admin": "admin"},
    "invitation:b": OFFICE_B,
    "scope:A": {who: word for who, word in OFFICE_A.items() if word != "leader"},
    "scope:B": OFFICE_B,
    # A county's own chains and parks: its staff and admins.
    "kept:chain_A": {who: word for who, word in OFFICE_A.items() if word != "leader"},
    "kept:chain_B": OFFICE_B,
    "kept:park_A": {who: word for who, word in OFFICE_A.items() if word != "leader"},
    "kept:park_B": OFFICE_B,
    "recusal:A": OFFICE_A,
    "recusal:B": OFFICE_B,
    "county:A": OFFICE_A,
    "county:B": OFFICE_B,
    # What a person is to the site as a whole.
    "site": {
        "staff_x": "staff", "token": "staff", "staff_y": "staff", "city": "staff", "admin": "admin", "leader": "leader",
        "firm_p": "firm", "firm_q": "firm", "firm_r": "firm",
        "expert_x": "expert", "expert_z": "expert", "former": "expert", "mate": "expert", "revoked": "nobody",
    },
}  # fmt: skip
ANYBODY = frozenset({"staff", "admin", "leader", "firm", "expert", "nobody"})
STAFF = frozenset({"staff", "admin"})
OFFICE = STAFF | {"leader"}
OUTSIDE = frozenset({"firm", "expert", "nobody"})
ALL = OFFICE | {"own", "mate", "mate_office", "member", "market", "told", "expert"}
KINDS = {
    "expert": ("expert:x", "expert:w", "expert:m", "expert:r", "expert:f"),
    "firm": ("firm:p", "firm:r"),
    "need": ("need:n1", "need:n3", "need:d1", "need:s1", "need:v1", "need:v2"),
    "order": ("order:o1", "order:o3", "order:o4"),
    "match": ("match:n1", "match:n3", "match:d1"),
    "group": ("group:g", "group:h"),
    "run": ("run:a", "run:b"),
    "notice": ("notice:a", "notice:b", "notice:e"),
    "apitoken": ("apitoken:a", "apitoken:b"),
    "job": ("job:a", "job:b", "job:e"),
    "export": ("export:a", "export:b", "export:l"),
    "batch": ("batch:a", "batch:b"),
    "invitation": ("invitation:a", "invitation:o", "invitation:b"),
    "scope": ("scope:A", "scope:B"),
    "county": ("county:A", "county:B"),
    "kept_chain": ("kept:chain_A", "kept:chain_B"),
    "kept_park": ("kept:park_A", "kept:park_B"),
    "abolished": ("abolished:old",),
    "recusal": ("recusal:A", "recusal:B"),
    "site": ("site",),
    "region": ("A",),
    "chain": ("chain_B",),
    "park": ("park_B",),
    "industry": ("industry",),
    "discipline": ("discipline",),
    "university": ("university",),
}


@dataclass(frozen=True)
class Row:
    """``hidden``: relations that are not named read 404 instead of a refusal (True: all of them). ``either``: 404 or a
    refusal, because the address or the body names a second thing that may be out of sight. ``args``: the address;
    ``data``: a plausible body, ``{braces}`` name things of the object. ``open``: also without an account."""

    name: str
    kind: str = "site"
    get: frozenset | None = None
    post: frozenset | None = None
    patch: frozenset | None = None
    delete: frozenset | None = None
    hidden: bool | frozenset = False
    either: bool = False
    data: dict = field(default_factory=dict)
    args: tuple = ()
    open: bool = False


def row(name, kind="site", **values):
    for method in ("get", "post", "patch", "delete"):
        if values.get(method) is not None:
            values[method] = frozenset(values[method])
    return Row(name, kind, **values)


OWN = {"own"}
KEEPERS = STAFF | OWN  # the office that keeps a row and the person it is about
FIRM_SIDE = STAFF | {"member"}
REASON = {"reason": "资料核对后办理"}
C = ("code",)

# -- pages ---------------------------------------------------------------------------------------------------------

PAGES = [
    row("home", get=ANYBODY),
    row("search", get=ANYBODY),
    row("help", get=ANYBODY),
    row("api-docs", get=ANYBODY),
    # the register of experts
    row("experts:expert-list", get=ANYBODY),
    row("experts:expert-create", get=STAFF, post=STAFF, hidden=True),
    row("experts:own", get=ANYBODY),
    row("experts:bulk", "expert", post=STAFF, hidden=True, data={"do": "pause", "codes": ["{code}"]}),
    row("experts:view-save", post=ANYBODY, data={"name": "常用", "query": "q=a"}),
    row("experts:view-remove", post=ANYBODY),
    row("experts:group-list", get=ANYBODY),
    row("experts:group-create", get=STAFF, post=STAFF, hidden=True),
    row("experts:group-detail", "group", get=ALL, args=C),
    row("experts:group-edit", "group", get=STAFF, post=STAFF, hidden=True, args=C),
    row("experts:group-leave", "group", post=STAFF, args=C, data={"expert": "{member}"}),
    row("experts:group-lead", "group", post=STAFF, args=C, data={"expert": "{member}"}),
    row("experts:expert-detail", "expert", get=ALL, args=C),
    row("experts:expert-edit", "expert", get=KEEPERS, post=KEEPERS, args=C),
    row("experts:expert-reveal", "expert", post=KEEPERS, args=C),
    row("experts:expert-archive", "expert", post=STAFF, args=C, data=REASON),
    row("experts:expert-restore", "expert", post=STAFF, args=C),
    row("experts:user-unbind", "expert", post=STAFF, args=C),
    row("experts:capacity", "expert", post=KEEPERS, args=C, data={"capacity": "4"}),
    row("experts:pause", "expert", post=KEEPERS, args=C, data={"start": "2027-01-01"}),
    row("experts:resume", "expert", post=KEEPERS, args=C),
    row("experts:consent", "expert", post=KEEPERS, args=C, data={"consent": "granted"}),
    row("experts:contacted", "expert", post=STAFF, args=C, data={"on": "2026-01-01", "note": "电话"}),
    row("experts:tie-add", "expert", post=STAFF, args=C, data={"kind": "study", "place": "某镇"}),
    row("experts:tie-remove", "expert", post=STAFF, args=C, data={"tie": "{tie}"}),
    row("experts:posting-add", "expert", post=STAFF, args=C, data={"sending_unit": "某大学"}),
    row("experts:posting-end", "expert", post=STAFF, args=C, data={"posting": "{posting}"}),
    row("experts:appointment-add", "expert", post=STAFF, args=C, data={"title": "产业顾问"}),
    row("experts:appointment-end", "expert", post=STAFF, args=C, data={"appointment": "{appointment}"}),
    # The office that leads a group brings in people it sees: also colleagues of another county (mate).
    row("experts:group-join", "expert", post=STAFF | {"mate_office"}, args=C, data={"group": "{group}"}),
    row("experts:achievement-create", "expert", get=KEEPERS, post=KEEPERS, args=C, data={"title": "成果"}),
    row("experts:achievement-edit", "expert", get=KEEPERS, post=KEEPERS, args=("code", "achievement")),
    row("experts:achievement-feature", "expert", post=KEEPERS, args=("code", "achievement"), data={"is_featured": "1"}),
    row("experts:achievement-remove", "expert", post=KEEPERS, args=("code", "achievement")),
    row("experts:merge-choose", "expert", get=STAFF, args=C),
    row("experts:expert-merge", "expert", get=STAFF, post=STAFF, args=("code", "other"), data=REASON, either=True),
    # the register of enterprises
    row("enterprises:enterprise-list", get=ANYBODY),
    row("enterprises:enterprise-create", get=STAFF, post=STAFF, hidden=True),
    row("enterprises:verify-queue", get=STAFF, hidden=True),
    row("enterprises:own", get={"firm"}, hidden=True),
    row("enterprises:enterprise-view-save", post=ANYBODY, data={"name": "常用", "query": "q=a"}),
    row("enterprises:enterprise-view-remove", post=ANYBODY),
    row("enterprises:enterprise-detail", "firm", get=ALL, args=C),
    row("enterprises:enterprise-edit", "firm", get=FIRM_SIDE, post=FIRM_SIDE, args=C),
    row("enterprises:enterprise-verify", "firm", post=STAFF, args=C),
    row("enterprises:enterprise-refuse", "firm", post=STAFF, args=C, data=REASON),
    row("enterprises:enterprise-archive", "firm", post=STAFF, args=C, data=REASON),
    row("enterprises:enterprise-restore", "firm", post=STAFF, args=C),
    row("enterprises:enterprise-assign", "firm", post=STAFF, args=C, data={"officer": "{officer}"}),
    row("enterprises:enterprise-reveal", "firm", post=FIRM_SIDE, args=("code", "=phone")),
    row("enterprises:member-remove", "firm", post=FIRM_SIDE, args=C, data={"user": "{member}"}),
    row("enterprises:merge-choose", "firm", get=STAFF, hidden=True, args=C),
    row("enterprises:merge", "firm", get=STAFF, post=STAFF, hidden=True, args=("code", "other"), either=True),
    # needs
    row("enterprises:need-list", get=ANYBODY),
    row("enterprises:need-create", get=STAFF | {"firm"}, post=STAFF | {"firm"}, hidden=True),
    row("enterprises:review-queue", get=STAFF, hidden=True),
    row("enterprises:need-bulk", "need", post=STAFF, hidden=True, data={"do": "assign", "codes": ["{code}"]}),
    row("enterprises:need-view-save", post=ANYBODY, data={"name": "常用", "query": "q=a"}),
    row("enterprises:need-view-remove", post=ANYBODY),
    row("enterprises:need-detail", "need", get=ALL, args=C),
    row("enterprises:need-edit", "need", get=FIRM_SIDE, post=FIRM_SIDE, args=C),
    row("enterprises:need-autosave", "need", post=FIRM_SIDE, args=C, data={"title": "烘干能耗"}),
    row("enterprises:need-completeness", "need", post=FIRM_SIDE, args=C, data={"title": "烘干能耗"}),
    row("enterprises:need-assign", "need", post=STAFF, args=C, data={"officer": "{officer}"}),
    row("enterprises:need-rewrite", "need", post=STAFF, args=C, data={"rewrite_text": "降低烘干能耗"}),
    row("enterprises:need-move", "need", post=FIRM_SIDE, args=("code", "=submit")),
    row("enterprises:need-move", "need", post=FIRM_SIDE, args=("code", "=withdraw"), data=REASON),
    row("enterprises:need-move", "need", post=STAFF, args=("code", "=publish")),
    row("enterprises:need-move", "need", post=STAFF, args=("code", "=return"), data=REASON),
    row("enterprises:need-move", "need", post=STAFF, args=("code", "=reject"), data=REASON),
    row("enterprises:need-move", "need", post=STAFF, args=("code", "=unmet"), data=REASON),
    row("enterprises:need-move", "need", post=STAFF, args=("code", "=resolve"), data=REASON),
    row("enterprises:need-move", "need", post=STAFF, args=("code", "=close"), data=REASON),
    row("enterprises:attachment-add", "need", post=FIRM_SIDE, args=C, data={"file": "{upload}"}),
    row("enterprises:attachment", "need", get=OFFICE | {"member", "told"}, hidden=True, args=("code", "file")),
    row("enterprises:attachment-remove", "need", post=FIRM_SIDE, args=("code", "file"), either=True),
    # matches: the office's tool
    row("matching:match-list", get=OFFICE, hidden=True),
    row("matching:weights", get=OFFICE, post={"admin"}, hidden=OUTSIDE),
    row("matching:recusal-list", get=OFFICE, hidden=True),
    row("matching:recusal-add", get=STAFF, post=STAFF, hidden=True, data={"enterprise": "无", "expert": "无"}),
    row("matching:recusal-names", get=STAFF, hidden=True),
    row("matching:recusal-remove", "recusal", post=STAFF, args=("code", "expert")),
    row("matching:need-matches", "match", get=ALL, args=C),
    row("matching:need-panel", "match", get=ALL, args=C),
    row("matching:need-score", "match", post=STAFF, args=C),
    row("matching:pair-detail", "match", get=ALL, args=("code", "expert")),
    row("matching:pair-pin", "match", post=STAFF, args=("code", "expert")),
    row("matching:pair-block", "match", get=STAFF, post=STAFF, args=("code", "expert"), data={"reason_code": "other"}),
    row("matching:expert-panel", "expert", get=OFFICE, hidden=True, args=C),
    # orders
    row("engagements:order-list", get=ANYBODY),
    row("engagements:order-detail", "order", get=ALL, args=C),
    row("engagements:order-accept", "order", post=STAFF | {"expert"}, args=C),
    row("engagements:order-decline", "order", post=STAFF | {"expert"}, args=C, data={"code": "no_time"}),
    row("engagements:order-release", "order", post=STAFF | {"expert"}, args=C, data=REASON),
    row("engagements:order-confirm", "order", post=FIRM_SIDE, args=C),
    row("engagements:order-refuse", "order", post=FIRM_SIDE, args=C, data={"code": "cost"}),
    row("engagements:order-revoke", "order", post=STAFF, args=C, data=REASON),
    row("engagements:order-offer", "match", post=STAFF, args=C, data={"experts": ["{expert}"]}),
    row("engagements:need-panel", "need", get=ALL, args=C),
    row("engagements:order-answer", "link", get=ALL, post=ALL, open=True, data={"decline": "1", "code": "no_time"}),
    # exports: the asker's own
    row("reports:export-list", get=OFFICE, hidden=True),
    row("reports:export-create", get=OFFICE, post=OFFICE, hidden=True),
    row("reports:export-detail", "export", get=OWN, args=C),
    row("reports:export-download", "export", post=OWN, args=C),
    # registers from a file: staff and admins
    row("imports:batch-list", get=STAFF, hidden=True),
    row("imports:batch-create", get=STAFF, post=STAFF, hidden=True),
    row("imports:template", get=STAFF, hidden=True, args=("=experts",)),
    row("imports:batch-detail", "batch", get=ALL, args=C),
    row("imports:batch-map", "batch", post=ALL, args=C),
    row("imports:batch-start", "batch", post=ALL, args=C),
    row("imports:batch-decide", "batch", post=ALL, args=C),
    row("imports:batch-undo", "batch", post=ALL, args=C),
    row("imports:batch-errors", "batch", get=ALL, args=C),
    # what a county defines itself: staff and admins; divisions: admins
    row("county:chain-list", get=STAFF, hidden=True),
    row("county:chain-create", get=STAFF, post=STAFF, hidden=True, data={"name": "新材料"}),
    row("county:industry-choices", get=STAFF, hidden=True),
    row("county:chain-edit", "kept_chain", get=STAFF, post=STAFF, args=C, data={"name": "新材料"}),
    row("county:chain-move", "kept_chain", post=STAFF, args=C, data={"up": "1"}),
    row("county:chain-remove", "kept_chain", post=STAFF, args=C),
    row("county:chain-merge", "kept_chain", get=STAFF, post=STAFF, args=C),
    row("county:park-list", get=STAFF, hidden=True),
    row("county:park-create", get=STAFF, post=STAFF, hidden=True, data={"name": "化工产业园"}),
    row("county:park-edit", "kept_park", get=STAFF, post=STAFF, args=C, data={"name": "化工产业园"}),
    row("county:park-move", "kept_park", post=STAFF, args=C, data={"up": "1"}),
    row("county:park-remove", "kept_park", post=STAFF, args=C),
    row("county:division-list", get={"admin"}, hidden=True),
    row("county:division-edit", "abolished", get={"admin"}, post={"admin"}, hidden=True, args=C),
    # accounts
    row("accounts:invitation-accept", "invited", get=ALL, post=ALL, open=True),
    row("accounts:inbox", get=ANYBODY),
    row("accounts:notification-read-all", post=ANYBODY),
    row("accounts:notification-open", "notice", post=OWN, args=C),
    row("accounts:profile", get=ANYBODY, post=ANYBODY),
    row("accounts:display", post=ANYBODY, open=True, data={"large": "1"}),
    row("accounts:token-list", get=ANYBODY, post=ANYBODY),
    row("accounts:token-revoke", "apitoken", post=OWN, args=C),
    row("accounts:consent", get=ANYBODY, post=ANYBODY, data={"kind": "privacy", "give": "1"}),
    row("accounts:people", get=STAFF, hidden=True),
    row("accounts:invite", get=STAFF, post=STAFF, hidden=True),
    row("accounts:scope-grant", get={"admin"}, post={"admin"}, hidden=True),
    row("accounts:scope-revoke", "scope", post={"admin"}, data={"scope": "{id}"}),
    row("accounts:user-state", "scope", post={"admin"}, data={"user": "{user}", "reason": "离职"}),
    row("accounts:invitation-revoke", "invitation", post=STAFF, args=C),
    row("accounts:audit-list", get={"admin"}, hidden=True),
    row("accounts:county-switch", "county", post=OFFICE, data={"county": "{code}"}),
    row("accounts:role-switch", post=ANYBODY, data={"role": "expert"}),
    row("accounts:act-for", "firm", post={"staff"}, hidden=True, data={"kind": "enterprise", "code": "{code}"}),
    row("accounts:act-end", post=ANYBODY),
]

# Pages that are the same for everybody: without an account, of the sign-in library, of the design.
PLAIN = {
    "healthz": "open",
    "readyz": "open",
    "set_language": "open",
    "styleguide": "open in embedded mode",
    "styleguide-section": "open in embedded mode",
    "styleguide-progress": "open in embedded mode",
    "styleguide-reveal": "open in embedded mode",
    "account_login": "library",
    "account_logout": "library",
    "account_inactive": "library",
    "account_reauthenticate": "library",
    "account_change_password": "library",
    "account_set_password": "library",
    "account_reset_password": "library",
    "account_reset_password_done": "library",
    "account_reset_password_from_key": "library",
    "account_reset_password_from_key_done": "library",
    "mfa_index": "library",
    "mfa_authenticate": "library",
    "mfa_reauthenticate": "library",
    "mfa_activate_totp": "library",
    "mfa_deactivate_totp": "library",
    "mfa_view_recovery_codes": "library",
    "mfa_generate_recovery_codes": "library",
    "mfa_download_recovery_codes": "library",
}

# -- API -----------------------------------------------------------------------------------------------------------

API = [
    row("me", get=ANYBODY),
    row("api-schema", get=ANYBODY),
    row("notification-list", get=ANYBODY),
    row("notification-read-all", post=ANYBODY),
    row("notification-detail", "notice", get=OWN, args=C),
    row("notification-read", "notice", post=OWN, args=C),
    row("job-list", get=ANYBODY),
    row("job-detail", "job", get=OWN, args=C),
    row("region-list", get=ANYBODY),
    row("region-detail", "region", get=ANYBODY),
    row("industry-list", get=ANYBODY),
    row("industry-detail", "industry", get=ANYBODY),
    row("discipline-list", get=ANYBODY),
    row("discipline-detail", "discipline", get=ANYBODY),
    row("university-list", get=ANYBODY),
    row("university-detail", "university", get=ANYBODY),
    row("chain-list", get=ANYBODY),
    row("chain-detail", "chain", get=ANYBODY),
    row("park-list", get=ANYBODY),
    row("park-detail", "park", get=ANYBODY),
    row("expert-list", get=ANYBODY, post=STAFF, data={"name": "王五", "county": "{county}"}, either=True),
    row("expert-detail", "expert", get=ALL, patch=KEEPERS, args=C, data={"position": "主任"}),
    row("expert-archive", "expert", post=STAFF, args=C, data=REASON),
    row("expert-pause", "expert", post=KEEPERS, args=C, data={"paused_from": "2027-01-01"}),
    row("expert-restore", "expert", post=STAFF, args=C),
    row("expert-resume", "expert", post=KEEPERS, args=C),
    row("expert-reveal-contact", "expert", post=KEEPERS, args=C, data=REASON),
    row("enterprise-list", get=ANYBODY, post=STAFF, data={"name": "新企业", "county": "{county}"}, either=True),
    row("enterprise-detail", "firm", get=ALL, patch=FIRM_SIDE, args=C, data={"address": "某路 1 号"}),
    row("enterprise-archive", "firm", post=STAFF, args=C, data=REASON),
    row("enterprise-assign", "firm", post=STAFF, args=C, data={"officer": "{officer}"}),
    row("enterprise-merge", "firm", post=STAFF, args=C, data={"into": "{other}", **REASON}, either=True),
    row("enterprise-refuse", "firm", post=STAFF, args=C, data=REASON),
    row("enterprise-restore", "firm", post=STAFF, args=C),
    row("enterprise-reveal-contact", "firm", post=FIRM_SIDE, args=C, data=REASON),
    row("enterprise-verify", "firm", post=STAFF, args=C),
    row("need-list", get=ANYBODY, post=STAFF | {"firm"}, data={"enterprise": "{firm}", "title": "烘干"}, either=True),
    row("need-detail", "need", get=ALL, patch=FIRM_SIDE, args=C, data={"sub_field": "烘干"}),
    row("need-assign", "need", post=STAFF, args=C, data={"officer": "{officer}"}),
    row("need-attachment", "need", get=OFFICE | {"member", "told"}, delete=FIRM_SIDE, hidden=True,
        args=("code", "file"), either=True),
    row("need-attachments", "need", post=FIRM_SIDE, args=C, data={"file": "{upload}"}),
    row("need-close", "need", post=STAFF, args=C, data=REASON),
    row("need-publish", "need", post=STAFF, args=C),
    row("need-reject", "need", post=STAFF, args=C, data=REASON),
    row("need-resolve", "need", post=STAFF, args=C, data=REASON),
    row("need-rewrite", "need", post=STAFF, args=C, data={"rewrite_title": "烘干", "rewrite_text": "降低能耗"}),
    row("need-return", "need", post=STAFF, args=C, data=REASON),
    row("need-submit", "need", post=FIRM_SIDE, args=C),
    row("need-unmet", "need", post=STAFF, args=C, data=REASON),
    row("need-withdraw", "need", post=FIRM_SIDE, args=C, data=REASON),
    row("order-list", get=ANYBODY),
    row("order-list", "match", post=STAFF, data={"need": "{code}", "expert": "{expert}"}),
    row("order-detail", "order", get=ALL, args=C),
    row("order-accept", "order", post=STAFF | {"expert"}, args=C),
    row("order-confirm", "order", post=FIRM_SIDE, args=C),
    row("order-decline", "order", post=STAFF | {"expert"}, args=C, data={"code": "no_time"}),
    row("order-refuse", "order", post=FIRM_SIDE, args=C, data={"code": "cost"}),
    row("order-release", "order", post=STAFF | {"expert"}, args=C, data=REASON),
    row("order-revoke", "order", post=STAFF, args=C, data=REASON),
    row("matchrun-list", get=ANYBODY),
    row("matchrun-detail", "run", get=ALL, args=C),
    row("need-matches-detail", "match", get=ALL, args=C),
    row("need-matches-block", "match", post=STAFF, args=("code", "expert"), data={"reason_code": "other"}),
    row("need-matches-pin", "match", post=STAFF, args=("code", "expert")),
    row("need-matches-run", "match", post=STAFF, args=C),
    row("need-matches-unblock", "match", post=STAFF, args=("code", "expert")),
    row("need-matches-unpin", "match", post=STAFF, args=("code", "expert")),
    row("export-list", get=ANYBODY),
    row("export-list", "county", post=OFFICE, data={"ledger": "experts", "county": "{code}"}),
    row("export-detail", "export", get=OWN, args=C),
    row("export-download", "export", post=OWN, args=C),
]  # fmt: skip
