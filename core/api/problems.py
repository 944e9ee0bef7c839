"""Errors as RFC 9457 problems, for DRF's exceptions, for domain refusals and for what happens outside DRF."""

import structlog
from django.http import JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_handler
from rest_framework.views import set_rollback

from core.errors import DomainError

CONTENT_TYPE = "application/problem+json"
TITLES = {
    400: gettext_lazy("请求不正确"),
    401: gettext_lazy("尚未登录"),
    403: gettext_lazy("没有权限"),
    404: gettext_lazy("没有找到"),
    405: gettext_lazy("不支持的方法"),
    406: gettext_lazy("不支持的格式"),
    409: gettext_lazy("当前不能执行"),
    411: gettext_lazy("缺少长度"),
    412: gettext_lazy("内容已被他人修改"),
    413: gettext_lazy("内容过大"),
    415: gettext_lazy("不支持的内容类型"),
    422: gettext_lazy("内容不能接受"),
    428: gettext_lazy("缺少前提条件"),
    429: gettext_lazy("请求过于频繁"),
    500: gettext_lazy("服务出现故障"),
}


def problem(status, *, detail="", code="", errors=None, request=None):
    """The body of one problem. ``errors``: [{pointer, code, detail}], pointers as in RFC 6901."""
    body = {
        "type": f"urn:qianxian:problem:{code or status}",
        "title": str(TITLES.get(status, _("错误"))),
        "status": status,
    }
    if detail:
        body["detail"] = str(detail)
    if request is not None:
        body["instance"] = request.path
        body["request_id"] = structlog.contextvars.get_contextvars().get("request_id", "")
    if errors:
        body["errors"] = errors
    return body


def _errors(detail, pointer=""):
    if isinstance(detail, dict):
        return [error for key, value in detail.items() for error in _errors(value, f"{pointer}/{key}")]
    if isinstance(detail, list):
        if all(not isinstance(item, (dict, list)) for item in detail):
            return [{"pointer": pointer or "/", "code": item.code, "detail": str(item)} for item in detail]
        return [error for index, item in enumerate(detail) for error in _errors(item, f"{pointer}/{index}")]
    return [{"pointer": pointer or "/", "code": detail.code, "detail": str(detail)}]


def exception_handler(exc, context):
    request = context.get("request")
    if isinstance(exc, DomainError):
        set_rollback()
        errors = [{"pointer": f"/{exc.field}", "code": exc.code, "detail": str(exc.message)}] if exc.field else None
        body = problem(exc.status, detail=exc.message, code=exc.code, errors=errors, request=request)
        return Response(body, status=exc.status, content_type=CONTENT_TYPE)
    response = drf_handler(exc, context)
    if response is None:
        return None
    if isinstance(exc, exceptions.ValidationError):
        body = problem(400, detail=_("有内容需要修改。"), code="invalid", errors=_errors(exc.detail), request=request)
    else:
        detail = getattr(exc, "detail", "")
        body = problem(response.status_code, detail=detail, code=getattr(detail, "code", ""), request=request)
    response.data, response.content_type = body, CONTENT_TYPE
    return response


def plain_problem(request, status, *, detail="", code=""):
    """For answers under /api/ that never reach DRF (404, 500, a middleware's refusal)."""
    body = problem(status, detail=detail, code=code, request=request)
    return JsonResponse(body, status=status, content_type=CONTENT_TYPE, json_dumps_params={"ensure_ascii": False})
