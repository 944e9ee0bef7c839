from rest_framework.permissions import SAFE_METHODS, BasePermission


class InScope(BasePermission):
    """Signed in; a read-only token only reads. What is in sight is decided by ``visible_to`` in each view."""

    def has_permission(self, request, view):
        if not request.user or not request.user.is_authenticated:
            return False
        token = request.auth
        return request.method in SAFE_METHODS or token is None or token.access == "write"
