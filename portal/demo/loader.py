"""Load the demonstration county through the services that people use, then date it back.

The texts are in ``data/*.json`` with days relative to today, so that the demonstration is always fresh.
"""

import json
import secrets
from datetime import date, timedelta
from pathlib import Path

from django.db.models import F
from django.utils.timezone import localdate, now

from accounts.models import Scope, User
from core.actor import Actor
from core.calendar import add_working_days
from core.models import AuditEvent, Chain, Discipline, Industry, Park, Region
from engagements import services as orders
from engagements.models import Order
from enterprises import services as demand
from enterprises.models import Enterprise, Membership, Need
from experts import services as supply
from experts.models import Expert
from matching.selectors import offer_snapshot

DATA = Path(__file__).parent / "data"
PASSWORD_BYTES = 9
LOADER = Actor.system("演示数据")


def read(name):
    return json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))


def ago(days):
    """An hour of a working morning, ``days`` before today."""
    return now() - timedelta(days=days)


class Demo:
    """What was loaded so far, by the keys of the files."""

    def __init__(self, report):
        self.report = report
        self.regions = {}
        self.chains, self.parks, self.users = {}, {}, {}
        self.experts, self.firms, self.needs = {}, {}, {}

    def region(self, code):
        if code not in self.regions:
            self.regions[code] = Region.objects.get(code=code)
        return self.regions[code]

    def load(self):
        for step in (self.structure, self.people, self.supply, self.demand, self.work):
            step()
        return self.accounts

    # -- county, chains, parks

    def structure(self):
        for order, row in enumerate(read("chains")):
            chain, _new = Chain.objects.get_or_create(
                county=self.region(row["county"]),
                name=row["name"],
                defaults={"group": row["group"], "description": row["description"], "order": order},
            )
            chain.industries.set(Industry.objects.filter(code__in=row["industries"]))
            self.chains[row["slug"]] = chain
        for order, row in enumerate(read("parks")):
            self.parks[row["county"], row["name"]], _new = Park.objects.get_or_create(
                county=self.region(row["county"]), name=row["name"], defaults={"kind": row["kind"], "order": order}
            )

    # -- accounts

    def people(self):
        """One sign-in per role with a random password; the firm's and the expert's rows are bound later."""
        self.accounts = []
        for row in read("accounts"):
            password = secrets.token_urlsafe(PASSWORD_BYTES)
            user = User(username=row["username"], name=row["name"], email=f"{row['username']}@example.cn")
            user.set_password(password)
            user.save()
            self.users[row["username"]] = user
            for scope in row["roles"]:
                if scope["role"] in ("staff", "leader", "admin"):
                    Scope.objects.create(user=user, role=scope["role"], region=self.region(scope["region"]))
            self.accounts.append(
                {"role": row["username"], "username": row["username"], "password": password, "label": row["note"]}
            )

    # -- experts

    def supply(self):
        rows = read("experts")
        for row in rows:
            self.experts[row["key"]] = self.expert(row)
        self.report(f"专家 {len(rows)} 位")
        for row in read("groups"):
            group = supply.group_create(
                county_id=self.region(row["county"]).pk,
                name=row["name"],
                chains=[self.chains[row["chain"]]] if row.get("chain") else [],
                actor=LOADER,
            )
            for key in row["members"]:
                supply.group_join(group_id=group.pk, expert_id=self.experts[key].pk, actor=LOADER)
            if row.get("leader"):
                supply.group_lead(group_id=group.pk, expert_id=self.experts[row["leader"]].pk, actor=LOADER)
        for row in read("accounts"):
            if row.get("subject", "") in self.experts:
                supply.user_bind(
                    expert_id=self.experts[row["subject"]].pk, user_id=self.users[row["username"]].pk, actor=LOADER
                )

    def expert(self, row):
        county = self.region(row["county"])
        expert = supply.expert_create(
            county_id=county.pk,
            actor=LOADER,
            values={
                "name": row["name"],
                "gender": row["gender"],
                "born_on": row["birth"],
                **{f"is_{name}": name in row["identities"] for name in ("hometown", "deputy", "advisor")},
                "institution": row["institution"],
                "department": row["department"],
                "position": row["position"],
                "title": row["title"],
                "degree": row["degree"],
                "honours": row["honours"],
                "disciplines": list(Discipline.objects.filter(code__in=row["disciplines"])),
                "research_fields": row["research_fields"],
                "profile": row["profile"],
                "chains": [self.chains[slug] for slug in row["chains"]],
                "cooperation": row["cooperation"],
                "city": row["resident_city"],
                "phone": row["phone"],
                "email": row["email"],
                "referrer": row.get("referrer") or "",
            },
        )
        supply.capacity_set(expert_id=expert.pk, capacity=row["capacity"], actor=LOADER)
        for tie in row["ties"]:
            supply.tie_add(
                expert_id=expert.pk,
                kind=tie["kind"],
                region=self.region(tie["code"]),
                note=tie.get("note", ""),
                actor=LOADER,
            )
        for item in row["achievements"]:
            supply.achievement_add(
                expert_id=expert.pk,
                values={
                    "title": item["title"],
                    "summary": item["summary"],
                    "maturity": item["maturity"],
                    "year": item["year"],
                    "kind": item["kind"],
                    "is_featured": item["featured"],
                },
                actor=LOADER,
            )
        for posting in row.get("postings", ()):
            self.posting(expert, county, posting)
        appointment = row.get("appointment")
        if appointment:
            started = localdate() - timedelta(days=appointment["days_ago"])
            supply.appointment_add(
                expert_id=expert.pk,
                title=appointment["title"],
                number=appointment["number"],
                started_on=started,
                ended_on=started + timedelta(days=365 * appointment["term_years"]),
                actor=LOADER,
            )
        if row["consent"] != "pending":
            supply.consent_set(expert_id=expert.pk, consent=row["consent"], actor=LOADER)
        Expert.objects.filter(pk=expert.pk).update(
            profile_updated_at=ago(row["profile_updated_days_ago"]),
            created_at=ago(max(400, row["profile_updated_days_ago"])),
            last_contacted_on=localdate() - timedelta(days=row["last_contacted_days_ago"])
            if row.get("last_contacted_days_ago") is not None
            else None,
            paused_from=self.day(row.get("paused_from_days")),
            paused_until=self.day(row.get("paused_until_days")),
        )
        self.date_back(expert, 400)
        return expert

    def posting(self, expert, county, posting):
        started = localdate() - timedelta(days=posting["started_days_ago"])
        ended = posting.get("ended_days_ago")
        supply.posting_add(
            expert_id=expert.pk,
            team_name=posting["batch"],
            sending_unit=posting["sending_unit"],
            post=posting["post"],
            region=self.region(posting["town_code"]) if posting.get("town_code") else county,
            started_on=started,
            ended_on=localdate() - timedelta(days=ended) if ended is not None else None,
            actor=LOADER,
        )

    @staticmethod
    def day(offset):
        return None if offset is None else localdate() + timedelta(days=offset)

    # -- enterprises and needs

    def demand(self):
        rows = read("enterprises")
        for row in rows:
            self.firms[row["key"]] = self.firm(row)
        for row in read("accounts"):
            if row.get("subject") in self.firms:
                demand.member_add(
                    enterprise_id=self.firms[row["subject"]].pk, user_id=self.users[row["username"]].pk, actor=LOADER
                )
        self.report(f"企业 {len(rows)} 家")
        self.need_rows = read("needs")
        for row in self.need_rows:
            self.needs[row["key"]] = self.need(row)
        self.report(f"需求 {len(self.need_rows)} 项")

    def firm(self, row):
        county = self.region(row["county"])
        enterprise = demand.enterprise_create(
            county_id=county.pk,
            actor=LOADER,
            values={
                "name": row["name"],
                "credit_code": row["credit_code"],
                "town": self.region(row["town_code"]) if row.get("town_code") else None,
                "park": self.parks.get((row["county"], row.get("park"))),
                "chains": [self.chains[slug] for slug in row["chains"]],
                "industry": Industry.objects.filter(code=row["industry"]).first(),
                "size": row["size"],
                "qualifications": row["qualifications"],
                "main_products": row["main_products"],
                "founded_on": date.fromisoformat(f"{row['founded']}-01"),
                "address": row["address"],
                "contact_name": row["contact_name"],
                "contact_post": row["contact_post"],
                "phone": row["phone"],
                "email": row["email"],
            },
        )
        if row["verification"] == "verified":
            demand.enterprise_verify(enterprise_id=enterprise.pk, actor=LOADER)
        elif row["verification"] == "refused":
            demand.enterprise_refuse(enterprise_id=enterprise.pk, reason="提供的信用代码与名称不一致", actor=LOADER)
        self.date_back(enterprise, 380)
        return enterprise

    def actor_for(self, firm):
        """The firm's own member where it has a sign-in, else the office."""
        member = Membership.objects.filter(enterprise=firm, is_active=True).select_related("user").first()
        return Actor(user=member.user) if member else LOADER

    @property
    def staff(self):
        return Actor(user=self.users["staff"])

    def office_for(self, need):
        return self.staff if need.county.code == "370828" else LOADER

    def need(self, row):
        firm = self.firms[row["enterprise"]]
        author = self.actor_for(firm) if row["source"] == "enterprise" else LOADER
        deadline = self.day(row.get("deadline_in_days"))
        need = demand.need_create(
            enterprise_id=firm.pk,
            actor=author,
            source=row["source"],
            targets=row["targets"],
            values={
                "title": row["title"],
                "blind_title": row["blind_title"],
                "summary": row["summary"],
                "types": row["types"],
                "chain": self.chains.get(row["chain"]),
                "sub_field": row.get("sub_field", ""),
                "situation": row["current_situation"],
                "tried": row["tried"],
                "constraints": row["constraints"],
                "budget_min": row["budget_min"],
                "budget_max": row["budget_max"],
                "bounty": row["bounty"],
                "cooperation": row["cooperation"],
                "deadline": deadline,
                "urgency": row["urgency"],
                "confidentiality": row["confidentiality"],
                "ip_expectation": row["ip_expectation"],
                "decision_maker": row["decision_maker"],
                "is_onsite_possible": row["onsite"],
                "seats": row["seats"],
            },
        )
        self.advance(need, row, author)
        return need

    def advance(self, need, row, author):
        """Walk the need to its state (as far as orders do not) by the moves that people would make."""
        office, status, key = self.office_for(need), row["status"], need.pk
        reason = row.get("status_reason") or "情况有变化"
        if status == "draft":
            return
        demand.need_submit(need_id=key, actor=author)
        if status in ("submitted", "withdrawn"):
            if status == "withdrawn":
                demand.need_withdraw(need_id=key, reason=reason, actor=author)
            return
        if status == "returned":
            demand.need_return(need_id=key, reason=reason, actor=office)
            return
        if status == "rejected":
            demand.need_reject(need_id=key, reason=reason, actor=office)
            return
        rewrite = row.get("staff_rewrite")
        if rewrite:
            demand.need_rewrite(
                need_id=key, rewrite_title=rewrite["title"][:40], rewrite_text=rewrite["text"], actor=office
            )
        if office.user_id:
            demand.need_assign(need_id=key, officer_id=office.user_id, actor=office)
        demand.need_publish(need_id=key, actor=office)
        if status == "unmet":
            demand.need_mark_unmet(need_id=key, reason=reason, actor=office)

    # -- orders

    def work(self):
        """Offers, answers and confirmations in the order in which they happened."""
        rows = read("orders")
        events = [
            (-row[f"{step}_days_ago"], place, number, step, row)
            for number, row in enumerate(rows)
            for place, step in enumerate(("ended", "answered", "confirmed", "offered"))
            if row[f"{step}_days_ago"] is not None
        ]
        self.orders = {}
        for _day, _place, _number, step, row in sorted(events, key=lambda event: event[:3]):
            getattr(self, f"order_{step}")(row)
        for row in rows:
            self.date_order_back(Order.objects.get(pk=self.orders[row["key"]].pk), row)
        for row in self.need_rows:
            self.conclude(self.needs[row["key"]], row)
        self.report(f"订单 {len(rows)} 单")

    def conclude(self, need, row):
        office, status = self.office_for(need), row["status"]
        if status in ("resolved", "closed"):
            demand.need_resolve(need_id=need.pk, actor=office)
        if status == "closed":
            demand.need_close(need_id=need.pk, actor=office)
        if status == "expired":
            Need.objects.filter(pk=need.pk).update(deadline=localdate() - timedelta(days=3))
            demand.need_expire(need_id=need.pk, actor=LOADER)
        self.date_need_back(need, row)

    def order_offered(self, row):
        need, expert = self.needs[row["need"]], self.experts[row["expert"]]
        self.orders[row["key"]] = orders.order_offer(
            need_id=need.pk, expert_id=expert.pk, message=row["message"], actor=self.office_for(need)
        )

    def answerer(self, order):
        return Actor(user=order.expert.user) if order.expert.user_id else self.office_for(order.need)

    def order_answered(self, row):
        order, status = self.orders[row["key"]], row["status"]
        if status == "declined":
            orders.order_decline(
                order_id=order.pk, code=row["decline_code"], reason=row["reason"] or "近期安排较满",
                colleague=row["colleague"], actor=self.answerer(order),
            )  # fmt: skip
        elif status not in ("offered", "expired", "not_selected"):
            orders.order_accept(order_id=order.pk, note=row["note"], actor=self.answerer(order))

    def order_confirmed(self, row):
        order = self.orders[row["key"]]
        firm = self.actor_for(order.need.enterprise)
        orders.order_confirm(order_id=order.pk, actor=firm if firm.user_id else self.office_for(order.need))

    def order_ended(self, row):
        order, status = self.orders[row["key"]], row["status"]
        office = self.office_for(order.need)
        if status == "released":
            orders.order_release(order_id=order.pk, reason=row["reason"] or "项目时间冲突", actor=self.answerer(order))
        if status == "not_selected" and not Order.objects.filter(pk=order.pk, status="not_selected").exists():
            orders.order_refuse(order_id=order.pk, code=row["not_selected_code"], reason=row["reason"], actor=office)
        if status == "expired":
            Order.objects.filter(pk=order.pk).update(expires_at=now() - timedelta(minutes=1))
            orders.order_expire(order_id=order.pk, actor=LOADER)

    # -- dating back

    def date_back(self, obj, days):
        self.shift(obj, timedelta(days=days))
        if hasattr(obj, "created_at"):
            type(obj).objects.filter(pk=obj.pk).update(created_at=ago(days))

    @staticmethod
    def shift(obj, delta):
        """Move the object's record back; it has not been sealed yet."""
        AuditEvent.objects.filter(object_type=obj._meta.label_lower, object_id=obj.pk, seal="").update(
            at=F("at") - delta
        )

    def date_need_back(self, need, row):
        days = row["created_days_ago"]
        need.refresh_from_db()
        changes = {"created_at": ago(days), "updated_at": ago(max(0, days - 2))}
        for field, later in (("submitted_at", 1), ("reviewed_at", 2), ("published_at", 2)):
            if getattr(need, field):
                changes[field] = ago(max(0, days - later))
        Need.objects.filter(pk=need.pk).update(**changes)
        self.shift(need, timedelta(days=max(0, days - 2)))

    def date_order_back(self, order, row):
        offered = ago(row["offered_days_ago"])
        latest = [row[f"{step}_days_ago"] for step in ("offered", "answered", "confirmed", "ended")]
        changes = {
            "offered_at": offered,
            "expires_at": add_working_days(offered, 3).at,
            "updated_at": ago(min(days for days in latest if days is not None)),
        }
        if order.status == "offered":
            changes["expires_at"] = max(changes["expires_at"], now() + timedelta(hours=20))
        if order.answered_at:
            changes["answered_at"] = ago(row["answered_days_ago"])
            changes["expires_at"] = max(changes["expires_at"], changes["answered_at"] + timedelta(hours=4))
        if order.status == "accepted":
            changes["confirm_by"] = add_working_days(changes["answered_at"], 2).at
            changes["officer_by"] = max(add_working_days(changes["answered_at"], 4).at, now() + timedelta(days=1))
        if order.confirmed_at and row.get("confirmed_days_ago") is not None:
            changes["confirmed_at"] = ago(row["confirmed_days_ago"])
        if order.ended_at:
            changes["ended_at"] = ago(row.get("ended_days_ago") or row.get("answered_days_ago") or 0)
        Order.objects.filter(pk=order.pk).update(**changes)
        happened = {
            "offered": row["offered_days_ago"],
            "accepted": row["answered_days_ago"],
            "declined": row["answered_days_ago"],
            "confirmed": row["confirmed_days_ago"],
        }
        for event in AuditEvent.objects.filter(object_type="engagements.order", object_id=order.pk, seal=""):
            days = happened.get(event.verb, row["ended_days_ago"]) or 0
            AuditEvent.objects.filter(pk=event.pk).update(at=F("at") - timedelta(days=days))


def explain_orders():
    """Once needs are scored, the orders of the past get the reasons that their push would have carried."""
    for order in Order.objects.filter(band="").select_related("need", "expert"):
        why = offer_snapshot(need_id=order.need_id, expert_id=order.expert_id)
        Order.objects.filter(pk=order.pk).update(**why)


def is_loaded():
    return Enterprise.objects.exists() or Expert.objects.exists() or User.objects.exists()
