from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    """Accounts come from invitations, never from an open sign-up form."""

    def is_open_for_signup(self, request):
        return False
