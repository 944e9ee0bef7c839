from django.shortcuts import render


def locked_out(request, *_args, **_kwargs):
    """Shown by the lock-out after repeated failures; tells nothing about whether the account exists."""
    return render(request, "account/locked_out.html", status=429)
