"""Two counties with everything in them, and sixteen people who look: the population of the matrix, of the oracle of
rows and of the crawl for canaries.

County A is home, county B (of another city) is away. ``x`` and ``m`` share an expert group that A leads; ``m`` stands
in B's register. Every confidential text is a canary: ``CANARY-<county>-<object>-<field>``.
"""

from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.files.base import ContentFile
from django.test import Client
from django.test.client import ClientHandler
from django.utils.timezone import localdate, now
from model_bakery import baker

from accounts.enums import TokenAccess
from accounts.models import ApiToken
from accounts.services import invitation_link, link_issue
from tests import make

PEOPLE = (
    "anon",
    "staff_x",
    "staff_y",
    "city",
    "leader",
    "admin",
    "firm_p",
    "firm_q",
    "firm_r",
    "expert_x",
    "expert_z",
    "former",
    "mate",
    "token",
    "disabled",
    "revoked",
)
TOKEN = "qx_matrix-read-only"


@dataclass
class World:
    people: dict = field(default_factory=dict)  # principal → user or None
    rows: dict = field(default_factory=dict)  # object key → model instance
    extra: dict = field(default_factory=dict)  # raw links and the like
    sessions: dict = field(default_factory=dict)  # principal → session key
    handler: ClientHandler = field(default_factory=lambda: ClientHandler(enforce_csrf_checks=False))

    def client(self, who, **headers):
        """A browser (or a program with a token) of ``who``, fresh for every request."""
        if who == "token":
            headers["authorization"] = f"Bearer {TOKEN}"
        client = Client(raise_request_exception=False, headers=headers)
        client.handler = self.handler  # loading the middleware anew would cost more than most requests
        if who in self.sessions:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[who]
        return client


def canary(county, key, name):
    return f"CANARY-{county}-{key}-{name}"


def build():
    world = World()
    rows = world.rows
    rows["province"] = baker.make_recipe("tests.province")
    rows["city_a"] = baker.make_recipe("tests.city", parent=rows["province"])
    rows["city_b"] = baker.make_recipe("tests.city", parent=rows["province"])
    rows["A"] = baker.make_recipe("tests.county", parent=rows["city_a"], name="甲县")
    rows["B"] = baker.make_recipe("tests.county", parent=rows["city_b"], name="乙县")
    rows["industry"] = baker.make("core.Industry", code="Z9999", level="class")
    rows["discipline"] = baker.make("core.Discipline", code="999.99", level=1)
    rows["university"] = baker.make("core.University", code="9999999999", name="某大学")
    for county in "AB":
        rows[f"chain_{county}"] = baker.make_recipe("tests.chain", county=rows[county])
        rows[f"park_{county}"] = baker.make_recipe("tests.park", county=rows[county])
        rows[f"kept:chain_{county}"], rows[f"kept:park_{county}"] = rows[f"chain_{county}"], rows[f"park_{county}"]
    rows["abolished:old"] = baker.make_recipe("tests.county", name="旧县", parent=rows["city_a"], is_current=False)
    _office(world)
    _experts(world)
    _firms(world)
    _needs(world)
    _orders(world)
    _matches(world)
    _own_things(world)
    world.people["anon"] = None
    world.people["token"] = world.people["staff_x"]
    for who, user in world.people.items():
        if user is not None and who != "token":
            world.sessions[who] = _session(user)
    # What happened after they signed in: the account was closed, the scope was taken back.
    world.people["disabled"].__class__.objects.filter(pk=world.people["disabled"].pk).update(is_active=False)
    world.people["revoked"].scopes.update(is_active=False)
    for who, user in world.people.items():
        if user is not None:
            world.people[who] = user.__class__.objects.get(pk=user.pk)
    return world


def _session(user):
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return session.session_key


def _office(world):
    rows, people = world.rows, world.people
    people["staff_x"] = make.user_with("staff", rows["A"], username="staff_x")
    people["staff_y"] = make.user_with("staff", rows["B"], username="staff_y")
    people["city"] = make.user_with("staff", rows["city_a"], username="city_x")
    people["leader"] = make.user_with("leader", rows["A"], username="leader_x")
    people["admin"] = make.user_with("admin", rows["A"], username="admin_x")
    people["disabled"] = make.user_with("staff", rows["A"], username="gone_x")
    people["revoked"] = make.user_with("staff", rows["A"], username="moved_x")
    rows["scope_A"] = people["staff_x"].scopes.get()
    rows["scope_B"] = people["staff_y"].scopes.get()
    baker.make(
        ApiToken,
        user=people["staff_x"],
        name="只读",
        token_hash=_hash(TOKEN),
        prefix="qx_matrix",
        access=TokenAccess.READ,
        expires_at=now() + timedelta(days=30),
    )


def _hash(raw):
    from hashlib import sha256  # noqa: PLC0415

    return sha256(raw.encode()).hexdigest()


EXPERTS = {  # key: (county, the person who signs in, status)
    "x": ("A", "expert_x", "active"),
    "w": ("A", None, "active"),
    "z": ("A", "expert_z", "active"),
    "f": ("A", "former", "archived"),
    "m": ("B", "mate", "active"),
    "r": ("B", None, "active"),
}


def _experts(world):
    rows, people = world.rows, world.people
    today = localdate()
    for key, (county, who, status) in EXPERTS.items():
        user = baker.make_recipe("tests.user", username=who) if who else None
        if who:
            people[who] = user

        def text(name, county=county, key=key):
            return canary(county, key, name)

        expert = baker.make_recipe(
            "tests.expert",
            county=rows[county],
            user=user,
            status=status,
            name=text("name"),
            search_text=f" {text('name')}",
            institution=baker.make_recipe("tests.institution", name=text("institution")),
            position=text("position"),
            profile=text("profile"),
            availability=text("availability"),
            phone=text("phone"),
            email=f"{text('email')}@example.com".lower(),
            referrer=text("referrer"),
            remarks=text("remarks"),
            research_fields=[text("field")],
        )
        rows[f"expert:{key}"] = expert
        rows[f"achievement:{key}"] = baker.make_recipe("tests.achievement", expert=expert, title=text("achievement"))
        rows[f"tie:{key}"] = baker.make(
            "experts.HometownTie", expert=expert, kind="birth", place=text("tie"), region=None
        )
        rows[f"posting:{key}"] = baker.make(
            "experts.Posting",
            expert=expert,
            sending_unit=text("posting"),
            started_on=today - timedelta(days=400),
            ended_on=today - timedelta(days=30) if key == "f" else None,
        )
        rows[f"appointment:{key}"] = baker.make(
            "experts.Appointment", expert=expert, title="产业顾问", number=text("number")
        )
        if user:
            baker.make(
                "accounts.Affiliation",
                user=user,
                region=rows[county],
                subject_code=expert.code,
                ended_on=today - timedelta(days=1) if status != "active" else None,
            )
    for key, county in (("g", "A"), ("h", "B")):
        rows[f"group:{key}"] = baker.make("experts.ExpertGroup", county=rows[county], name=canary(county, key, "group"))
    for group, expert, ended in (
        ("g", "x", None),
        ("g", "m", None),
        ("g", "f", today - timedelta(days=10)),
        ("h", "r", None),
    ):
        baker.make(
            "experts.GroupMembership",
            group=rows[f"group:{group}"],
            expert=rows[f"expert:{expert}"],
            started_on=today - timedelta(days=300),
            ended_on=ended,
        )
    for who in ("expert_x", "mate"):  # told by the membership of a group that A leads
        baker.make("accounts.Affiliation", user=people[who], region=rows["A"], subject_code=rows["group:g"].code)


FIRMS = {"p": ("A", "firm_p"), "q": ("A", "firm_q"), "r": ("B", "firm_r"), "s": ("B", "firm_s")}


def _firms(world):
    rows, people = world.rows, world.people
    for key, (county, who) in FIRMS.items():

        def text(name, county=county, key=key):
            return canary(county, key, name)

        firm = baker.make_recipe(
            "tests.enterprise",
            county=rows[county],
            park=rows[f"park_{county}"],
            name=text("firm"),
            search_text=f" {text('firm')}",
            credit_code=f"9133000012345{'pqrs'.index(key)}000X",
            main_products=text("products"),
            address=text("address"),
            contact_name=text("contact"),
            contact_post=text("post"),
            phone=text("phone2"),
            email=f"{text('mail2')}@example.com".lower(),
            remarks=text("remarks2"),
        )
        rows[f"firm:{key}"] = firm
        people[who] = make.member_of(firm, username=who)
    ex = baker.make_recipe("tests.membership", enterprise=rows["firm:p"], user=people["expert_z"])
    ex.__class__.objects.filter(pk=ex.pk).update(is_active=False)  # once a member of firm P


# key: (firm, status, confidentiality, source)
NEEDS = {
    "n1": ("p", "published", "summary", "enterprise"),  # offered to x
    "n2": ("q", "published", "open", "enterprise"),  # offered to w
    "n3": ("r", "published", "summary", "enterprise"),  # of the other county; offered to r
    "d1": ("p", "draft", "summary", "enterprise"),
    "d2": ("q", "draft", "summary", "staff"),
    "s1": ("p", "submitted", "open", "enterprise"),
    "v1": ("p", "published", "directed", "enterprise"),
    "v2": ("q", "in_progress", "directed", "enterprise"),  # x's order is confirmed
    "c1": ("q", "closed", "open", "enterprise"),
    "u1": ("p", "unmet", "open", "enterprise"),
    "d3": ("r", "draft", "summary", "enterprise"),
    "v3": ("r", "published", "directed", "enterprise"),
}


def _needs(world):
    rows = world.rows
    for key, (firm, status, level, source) in NEEDS.items():
        enterprise = rows[f"firm:{firm}"]
        county = FIRMS[firm][0]

        def text(name, county=county, key=key):
            return canary(county, key, name)

        need = make.need(
            enterprise,
            chain=rows[f"chain_{county}"],
            status=status,
            confidentiality=level,
            source=source,
            created_by=world.people[FIRMS[firm][1]],
            title=text("title"),
            blind_title=text("blind"),
            summary=text("summary"),
            situation=text("situation"),
            tried=text("tried"),
            ip_expectation=text("ip"),
            decision_maker=text("decider"),
            status_reason=text("reason"),
            rewrite_text=text("rewrite"),
            search_text=f" {text('title')} {text('situation')}",
            public_search_text=f" {text('blind')}",
            published_at=now() if status not in ("draft", "submitted") else None,
        )
        rows[f"need:{key}"] = need
        baker.make("enterprises.NeedTarget", need=need, name=f"指标{key}", target=text("target"), unit="度")
        attachment = baker.make(
            "core.Attachment", county=rows[county], name=f"{text('file')}.txt", size=4, sha256="0" * 64
        )
        attachment.file.save(f"{key}.txt", ContentFile(text("bytes").encode()))
        need.attachments.add(attachment)
        rows[f"attachment:{key}"] = attachment


ORDERS = {  # key: (need, expert, status)
    "o1": ("n1", "x", "offered"),
    "o2": ("n2", "w", "offered"),
    "o3": ("n3", "r", "offered"),
    "o4": ("v2", "x", "confirmed"),
}


def _orders(world):
    rows = world.rows
    for key, (need, expert, status) in ORDERS.items():
        county = FIRMS[NEEDS[need][0]][0]
        row, person = rows[f"need:{need}"], rows[f"expert:{expert}"]
        taken = status == "confirmed"
        order = make.order(
            row,
            person,
            status=status,
            message=canary(county, key, "message"),
            band="strong",
            offered_by=world.people["staff_x"],
            **({"seat": 1, "answered_at": now(), "confirmed_at": now()} if taken else {}),
        )
        rows[f"order:{key}"] = order
        levels = ("summary", "full") if taken else ("summary",)
        for level in levels:
            baker.make(
                "enterprises.Disclosure",
                need=row,
                expert_code=person.code,
                user=person.user,
                level=level,
                order_code=order.code,
            )
        baker.make("matching.PairMark", need=row, expert=person, kind="offered")
        if taken:
            person.__class__.objects.filter(pk=person.pk).update(load=1)
            baker.make("experts.ContactOpening", expert=person, order_code=order.code, firm_code=row.enterprise.code)
        world.extra[f"link:{key}"] = link_issue(
            purpose="order", subject_code=person.code, object_code=order.code, expires_at=order.expires_at
        )


def _matches(world):
    rows = world.rows
    for county, firm, expert in (("A", "q", "w"), ("B", "s", "r")):
        rows[f"recusal:{county}"] = baker.make(
            "matching.Recusal",
            enterprise=rows[f"firm:{firm}"],
            expert=rows[f"expert:{expert}"],
            reason=canary(county, "recusal", "reason"),
        )
    for key, county, need, experts in (("a", "A", "n1", "xwz"), ("b", "B", "n3", "rm")):
        run = baker.make(
            "matching.MatchRun",
            county=rows[county],
            need=rows[f"need:{need}"],
            status="complete",
            trigger="need",
            fingerprint="",
        )
        result = baker.make(
            "matching.MatchResult", run=run, need=rows[f"need:{need}"], status="published", need_version=1
        )
        rows[f"run:{key}"], rows[f"result:{key}"] = run, result
        for rank, expert in enumerate(experts, 1):
            rows[f"match:{key}{expert}"] = baker.make(
                "matching.Match",
                result=result,
                expert=rows[f"expert:{expert}"],
                rank=rank,
                score=1.0 / rank,
                similarity=0.5,
                band="fair",
                parts={"text": 1.0 / rank},
            )
        rows[f"mark:{key}"] = baker.make(
            "matching.PairMark",
            need=rows[f"need:{need}"],
            expert=rows[f"expert:{experts[-1]}"],
            kind="pinned",
            reason=canary(county, key, "mark"),
        )


def _own_things(world):
    rows, people = world.rows, world.people
    mine = (("a", "staff_x", "A"), ("b", "staff_y", "B"), ("e", "expert_x", "A"), ("r", "firm_r", "B"))
    for key, who, county in mine:
        user = people[who]
        rows[f"notice:{key}"] = baker.make(
            "accounts.Notification", user=user, event="t", title=canary(county, key, "notice"), key=f"k{key}"
        )
        rows[f"apitoken:{key}"] = baker.make(
            "accounts.ApiToken",
            user=user,
            name=canary(county, key, "token"),
            token_hash=_hash(f"other-{key}"),
            expires_at=now() + timedelta(days=3),
        )
        rows[f"job:{key}"] = baker.make("core.Job", created_by=user, kind="t", title=canary(county, key, "job"))
        rows[f"view:{key}"] = baker.make(
            "core.SavedView", user=user, page="experts", name=canary(county, key, "view"), query="q=1"
        )
        rows[f"consent:{key}"] = baker.make("accounts.Consent", user=user, kind="privacy", version="1")
        rows[f"event:{key}"] = baker.make(
            "core.AuditEvent",
            user=user,
            actor_label=canary(county, key, "actor"),
            channel="page",
            county=rows[county],
            object_type="t.t",
            object_id=1,
            verb="t",
        )
    for key, who, county in (("a", "staff_x", "A"), ("b", "staff_y", "B"), ("l", "leader", "A")):
        export = baker.make(
            "reports.Export",
            ledger="experts",
            county=rows[county],
            requested_by=people[who],
            status="done",
            file_name=f"{canary(county, key, 'export')}.xlsx",
            sha256="0" * 64,
        )
        export.file.save(f"{key}.xlsx", ContentFile(b"PK" + canary(county, key, "sheet").encode()))
        rows[f"export:{key}"] = export
    for key, who, county in (("a", "staff_x", "A"), ("b", "staff_y", "B")):
        batch = baker.make(
            "core.ImportBatch",
            kind="experts",
            county=rows[county],
            status="previewed",
            file_name=canary(county, key, "batch"),
            sha256="0" * 64,
            created_by=people[who],
            mapping={"columns": {"0": "name"}, "headers": ["姓名"], "samples": [["张三"]]},
        )
        batch.error_file.save(f"{key}-errors.xlsx", ContentFile(b"PK"), save=False)
        batch.file.save(f"{key}.csv", ContentFile("姓名\n张三\n".encode()))
        rows[f"batch:{key}"] = batch
    for key, role, county, subject in (
        ("a", "expert", "A", "expert:w"),
        ("o", "staff", "A", None),
        ("b", "enterprise", "B", "firm:r"),
    ):
        invitation = baker.make(
            "accounts.Invitation",
            role=role,
            region=rows[county],
            subject_code=rows[subject].code if subject else "",
            name=canary(county, key, "invited"),
            created_by=people["staff_x" if county == "A" else "staff_y"],
            token_hash=_hash(f"inv-{key}"),
            expires_at=now() + timedelta(days=3),
        )
        raw = invitation_link(invitation)
        invitation.__class__.objects.filter(pk=invitation.pk).update(token_hash=_hash(raw))
        world.extra[f"invitation:{key}"] = raw
        rows[f"invitation:{key}"] = invitation
