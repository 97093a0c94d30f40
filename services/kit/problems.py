"""Errors outward: RFC 9457 problems with a stable type, the field at fault and what to do."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from streams.broker import BrokerUnavailableError

MEDIA_TYPE = "application/problem+json"

_log = structlog.get_logger(__name__)


class ProblemBody(BaseModel):
    """What a client sees. A problem may carry more members of its own (RFC 9457, section 3.2)."""

    model_config = ConfigDict(extra="allow")
    type: str = Field(examples=["urn:miotsukushi:problem:outside-area"])
    title: str
    status: int
    detail: str
    field: str | None = None
    remedy: str | None = None


class Problem(Exception):  # noqa: N818
    """Raise it in a handler; the client sees a problem document. `slug` is stable."""

    def __init__(
        self,
        slug: str,
        *,
        status: int,
        detail: str,
        field: str | None = None,
        remedy: str | None = None,
        retry_after_s: int | None = None,
        headers: Mapping[str, str] | None = None,
        members: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.body = ProblemBody(
            type=f"urn:miotsukushi:problem:{slug}",
            title=HTTPStatus(status).phrase,
            status=status,
            detail=detail,
            field=field,
            remedy=remedy,
            **(members or {}),
        )
        retry = {} if retry_after_s is None else {"Retry-After": str(retry_after_s)}
        self.headers = {**(headers or {}), **retry}

    def response(self) -> JSONResponse:
        """The document."""
        return JSONResponse(
            self.body.model_dump(exclude_none=True), self.body.status, self.headers, media_type=MEDIA_TYPE
        )


PROBLEM_RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"model": ProblemBody, "description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: {}}}
    for status in (400, 401, 404, 405, 408, 413, 422, 503)
}


def install(app: FastAPI) -> None:
    """Every error of the app becomes a problem document."""

    async def problem(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, Problem)  # noqa: S101
        return error.response()

    async def http(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)  # noqa: S101
        slug, status = _slug(error.status_code), error.status_code
        return Problem(slug, status=status, detail=str(error.detail), headers=error.headers).response()

    async def validation(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)  # noqa: S101
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"] if part != "body")
        return Problem(
            "invalid-request", status=422, detail=f"{where or 'body'}: {first['msg']}", field=where or None,
            remedy="see /openapi.json for the form of the request",
        ).response()  # fmt: skip

    async def broker(_request: Request, error: Exception) -> JSONResponse:
        _log.warning("the broker does not answer", error=str(error))
        return Problem(
            "broker-unavailable", status=503, detail="nothing was taken: the broker does not answer",
            remedy="send the same request again; it is idempotent", retry_after_s=2,
        ).response()  # fmt: skip

    app.add_exception_handler(Problem, problem)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(RequestValidationError, validation)
    app.add_exception_handler(BrokerUnavailableError, broker)


def _slug(status: int) -> str:
    return HTTPStatus(status).phrase.lower().replace(" ", "-")
