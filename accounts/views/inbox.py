from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from accounts import services
from accounts.filters import NotificationFilter
from accounts.models import Notification
from core.actor import Actor

PAGE_SIZE = 30


@login_required
@require_safe
def inbox(request):
    found = NotificationFilter(request.GET, Notification.objects.visible_to(request.user))
    page = Paginator(found.qs, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(
        request, "accounts/inbox.html", {"page_obj": page, "only_unread": request.GET.get("unread") == "true"}
    )


@login_required
@require_POST
def notification_open(request, code):
    """Mark as read and go to what the notice is about."""
    notice = get_object_or_404(Notification.objects.visible_to(request.user), code=code)
    services.notification_read(notification_id=notice.pk, actor=Actor.of(request))
    if notice.url and url_has_allowed_host_and_scheme(notice.url, allowed_hosts={request.get_host()}):
        return HttpResponseRedirect(notice.url)
    return redirect("accounts:inbox")


@login_required
@require_POST
def notification_read_all(request):
    services.notification_read_all(actor=Actor.of(request))
    return redirect("accounts:inbox")
