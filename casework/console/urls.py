"""Addresses of the console pages."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LogoutView
from django.urls import path

from casework.console.views import answers, books, case, decide, files, home, lists, operations, sign_in, trail

urlpatterns = [
    path("", home.home, name="home"),
    path("anmelden/", sign_in.login, name="login"),
    path("abmelden/", LogoutView.as_view(), name="logout"),
    path("sprache/", login_not_required(home.language), name="language"),
    path("lebt/", login_not_required(sign_in.alive), name="alive"),
    path("pruefliste/", lists.review, name="queue"),
    path("pruefliste/naechster/", lists.following, name="next"),
    path("pruefliste/export.csv", lists.export, name="queue_export"),
    path("vorgaenge/", lists.cases, name="cases"),
    path("vorgaenge/<slug:reference>/", case.case_page, name="case"),
    path("vorgaenge/<slug:reference>/entscheiden/", decide.decide, name="decide"),
    path("vorgaenge/<slug:reference>/antworten/", answers.overview, name="answers"),
    path("vorgaenge/<slug:reference>/antworten/senden/", answers.send, name="answer_send"),
    path("vorgaenge/<slug:reference>/antworten/<int:number>/", answers.settle, name="answer_settle"),
    path("vorgaenge/<slug:reference>/zeit/", decide.spent, name="spent"),
    path("vorgaenge/<slug:reference>/original/", files.original, name="original"),
    path("vorgaenge/<slug:reference>/seiten/<int:page>/", files.page_image, name="page_image"),
    path("vorgaenge/<slug:reference>/belege/<int:evidence>/", files.evidence, name="evidence"),
    path("vorgaenge/<slug:reference>/revision/", trail.trail, name="trail"),
    path("einsparungen/", books.overview, name="savings"),
    path("einsparungen/export.csv", books.export, name="savings_export"),
    path("einsparungen/<slug:office>/<slug:process>/<str:month>/", books.entries, name="savings_entries"),
    path("betrieb/", operations.overview, name="operations"),
    path("betrieb/anhalten/", operations.pause, name="pause"),
    path("betrieb/fortsetzen/", operations.resume, name="resume"),
    path("revision/", trail.trails, name="trails"),
]
