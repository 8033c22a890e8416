"""Who may do what where: a role of a person in an office; and how often somebody tried to sign in."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Role(models.TextChoices):
    """Roles per office (DESIGN §1)."""

    CLERK = "clerk"
    SECOND_CLERK = "second_clerk"
    OFFICER = "officer"
    MANAGER = "manager"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Membership(models.Model):
    """A person's role in one office."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    office = models.SlugField()
    role = models.CharField(max_length=20, choices=Role.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "office", "role"], name="one_role_once")]

    def __str__(self) -> str:
        return f"{self.role}@{self.office}"


class SignInTries(models.Model):
    """Tries to sign in: with one account from one address, or from one address at all.

    `key` is a keyed digest of both; before `until` no further try is taken.
    """

    key = models.CharField(max_length=64, unique=True)
    tries = models.IntegerField(default=0)
    until = models.DateTimeField()
    last_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.tries} tries to sign in"
