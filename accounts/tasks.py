from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils.timezone import now

from accounts.models import IdempotencyKey


@shared_task
def sweep_expired() -> None:
    """Forget kept answers of the API after their day, and sessions that ended. Idempotent."""
    IdempotencyKey.objects.filter(created_at__lt=now() - timedelta(hours=settings.IDEMPOTENCY_HOURS)).delete()
    Session.objects.filter(expire_date__lt=now()).delete()
