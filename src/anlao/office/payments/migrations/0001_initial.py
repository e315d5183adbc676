"""Runs, lines, transfers, accounts, recoveries and the ledger."""

from __future__ import annotations

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("registry", "0007_photographs"),
    ]

    operations = [
        migrations.CreateModel(
            name="Entry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("division_code", models.CharField(max_length=12)),
                ("number", models.BigIntegerField()),
                ("kind", models.CharField(max_length=20)),
                ("month", models.DateField()),
                ("memo", models.CharField(blank=True, max_length=200)),
                ("by", models.CharField(max_length=150)),
                ("at", models.DateTimeField()),
                ("mark", models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="Account",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject", models.CharField(max_length=40)),
                ("division_code", models.CharField(max_length=12)),
                ("bank", models.CharField(max_length=80)),
                ("holder", models.CharField(max_length=80)),
                (
                    "holder_is",
                    models.CharField(
                        choices=[("self", "本人"), ("agent", "代领人"), ("organisation", "单位")],
                        max_length=12,
                    ),
                ),
                ("number_cipher", models.BinaryField()),
                ("number_index", models.BinaryField()),
                ("number_mask", models.CharField(max_length=32)),
                ("seal_row", models.CharField(max_length=36)),
                ("evidence", models.CharField(max_length=200)),
                ("recorded_by", models.CharField(max_length=150)),
                ("recorded_at", models.DateTimeField()),
                ("ended_by", models.CharField(blank=True, max_length=150)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "elder",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.elder",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Line",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject", models.CharField(max_length=40)),
                ("division_code", models.CharField(max_length=12)),
                ("provision", models.CharField(max_length=60)),
                ("month", models.DateField()),
                ("period", models.CharField(max_length=7)),
                ("before_fen", models.BigIntegerField()),
                ("due_fen", models.BigIntegerField()),
                ("fen", models.BigIntegerField()),
                ("offset_fen", models.BigIntegerField(default=0)),
                ("previous_fen", models.BigIntegerField(null=True)),
                ("reason", models.CharField(max_length=120)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("listed", "在册"),
                            ("held", "暂缓"),
                            ("left_out", "未列入"),
                            ("owed", "应付"),
                            ("charged", "应追回"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "held_for",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), default=list, size=None
                    ),
                ),
                ("cleared", models.JSONField(default=dict)),
                (
                    "elder",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.elder",
                    ),
                ),
                (
                    "follows",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payments.line",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Posting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("division_code", models.CharField(max_length=12)),
                (
                    "account",
                    models.CharField(
                        choices=[
                            ("expense", "待遇支出"),
                            ("payable", "应付待遇"),
                            ("returned", "退票待付"),
                            ("transit", "在途资金"),
                            ("bank", "银行存款"),
                            ("receivable", "应收追回款"),
                            ("written_off", "核销损失"),
                            ("funding", "拨入资金"),
                        ],
                        max_length=12,
                    ),
                ),
                ("fund", models.CharField(blank=True, max_length=20)),
                ("provision", models.CharField(blank=True, max_length=60)),
                ("fen", models.BigIntegerField()),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="postings",
                        to="payments.entry",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Recovery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject", models.CharField(max_length=40)),
                ("division_code", models.CharField(max_length=12)),
                ("county", models.CharField(max_length=12)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "追回中"), ("settled", "已结清")],
                        default="open",
                        max_length=8,
                    ),
                ),
                ("may_offset", models.BooleanField(default=True)),
                ("instalment_fen", models.BigIntegerField(null=True)),
                ("instalments_from", models.DateField(null=True)),
                ("opened_by", models.CharField(max_length=150)),
                ("opened_at", models.DateTimeField()),
                (
                    "elder",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.elder",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="entry",
            name="recovery",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="payments.recovery",
            ),
        ),
        migrations.CreateModel(
            name="RecoveryStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("division_code", models.CharField(max_length=12)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("charged", "记入"),
                            ("notice", "告知"),
                            ("plan", "分期"),
                            ("offset", "抵扣"),
                            ("repaid", "退回"),
                            ("asked", "申请核销"),
                            ("written_off", "核销"),
                            ("refused", "核销未准"),
                        ],
                        max_length=12,
                    ),
                ),
                ("fen", models.BigIntegerField(default=0)),
                ("note", models.CharField(blank=True, max_length=200)),
                ("by", models.CharField(max_length=150)),
                ("at", models.DateTimeField()),
                (
                    "line",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payments.line",
                    ),
                ),
                (
                    "recovery",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="payments.recovery",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Run",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("division_code", models.CharField(max_length=12)),
                ("month", models.DateField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("regular", "月度发放"),
                            ("top_up", "补发"),
                            ("reissue", "退票重发"),
                            ("correction", "更正"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "已开立"),
                            ("previewed", "待复核"),
                            ("reviewed", "待审批"),
                            ("approved", "已审批"),
                            ("sent", "已送银行"),
                            ("closed", "已关账"),
                            ("cancelled", "已作废"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("known_at", models.DateTimeField(null=True)),
                ("rulebook", models.CharField(blank=True, max_length=40)),
                ("rules_digest", models.CharField(blank=True, max_length=64)),
                ("digest", models.CharField(blank=True, max_length=64)),
                ("lines", models.PositiveIntegerField(default=0)),
                ("fen", models.BigIntegerField(default=0)),
                ("seconds", models.FloatField(default=0)),
                ("note", models.CharField(blank=True, max_length=200)),
                ("made_by", models.CharField(max_length=150)),
                ("made_at", models.DateTimeField()),
                (
                    "parent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="payments.run",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="line",
            name="run",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payments.run"
            ),
        ),
        migrations.AddField(
            model_name="entry",
            name="run",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="payments.run",
            ),
        ),
        migrations.CreateModel(
            name="Due",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject", models.CharField(max_length=40)),
                ("division_code", models.CharField(max_length=12)),
                ("provision", models.CharField(max_length=60)),
                ("month", models.DateField()),
                ("outcome", models.CharField(max_length=16)),
                ("fen", models.BigIntegerField(null=True)),
                ("unit", models.CharField(max_length=20)),
                ("reason", models.CharField(max_length=120)),
                (
                    "missing",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60), default=list, size=None
                    ),
                ),
                ("is_open", models.BooleanField()),
                (
                    "elder",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.elder",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payments.run",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Confirmation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("division_code", models.CharField(max_length=12)),
                ("digest", models.CharField(max_length=64)),
                ("stored", models.CharField(max_length=80)),
                ("sha256", models.CharField(max_length=64)),
                ("note", models.CharField(blank=True, max_length=200)),
                ("by", models.CharField(max_length=150)),
                ("at", models.DateTimeField()),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="confirmations",
                        to="payments.run",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="BankFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("division_code", models.CharField(max_length=12)),
                ("layout", models.CharField(max_length=40)),
                ("name", models.CharField(max_length=120)),
                ("stored", models.CharField(max_length=80)),
                ("sha256", models.CharField(max_length=64)),
                ("count", models.PositiveIntegerField()),
                ("fen", models.BigIntegerField()),
                ("made_by", models.CharField(max_length=150)),
                ("made_at", models.DateTimeField()),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="files",
                        to="payments.run",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Answer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("division_code", models.CharField(max_length=12)),
                ("name", models.CharField(max_length=200)),
                ("stored", models.CharField(max_length=80)),
                ("sha256", models.CharField(max_length=64)),
                ("paid", models.PositiveIntegerField()),
                ("paid_fen", models.BigIntegerField()),
                ("returned", models.PositiveIntegerField()),
                ("returned_fen", models.BigIntegerField()),
                ("read_by", models.CharField(max_length=150)),
                ("read_at", models.DateTimeField()),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answers",
                        to="payments.run",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Signature",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("division_code", models.CharField(max_length=12)),
                (
                    "part",
                    models.CharField(
                        choices=[("review", "复核"), ("approval", "审批")], max_length=8
                    ),
                ),
                ("digest", models.CharField(max_length=64)),
                ("note", models.CharField(blank=True, max_length=200)),
                ("by", models.CharField(max_length=150)),
                ("at", models.DateTimeField()),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signatures",
                        to="payments.run",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Transfer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("division_code", models.CharField(max_length=12)),
                ("reference", models.CharField(max_length=20, unique=True)),
                ("fen", models.BigIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("ready", "待送"),
                            ("sent", "已送"),
                            ("paid", "到账"),
                            ("returned", "退票"),
                        ],
                        default="ready",
                        max_length=8,
                    ),
                ),
                ("bank_code", models.CharField(blank=True, max_length=20)),
                ("bank_note", models.CharField(blank=True, max_length=200)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payments.account",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payments.bankfile",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="transfers",
                        to="payments.line",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payments.run",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(fields=["number_index"], name="account_by_number"),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("subject",),
                name="account_one_now",
            ),
        ),
        migrations.AddIndex(
            model_name="posting",
            index=models.Index(fields=["account", "fund"], name="posting_by_account"),
        ),
        migrations.AddConstraint(
            model_name="posting",
            constraint=models.CheckConstraint(
                condition=models.Q(("fen", 0), _negated=True), name="posting_is_money"
            ),
        ),
        migrations.AddConstraint(
            model_name="recovery",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")),
                fields=("subject", "county"),
                name="recovery_one_open",
            ),
        ),
        migrations.AddIndex(
            model_name="recoverystep",
            index=models.Index(fields=["recovery"], name="step_by_recovery"),
        ),
        migrations.AddConstraint(
            model_name="recoverystep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("fen__gt", 0), ("kind", "charged")),
                    models.Q(("fen__lt", 0), ("kind__in", ("offset", "repaid", "written_off"))),
                    models.Q(("fen", 0), ("kind__in", ("notice", "plan", "asked", "refused"))),
                    _connector="OR",
                ),
                name="step_has_its_sign",
            ),
        ),
        migrations.AddConstraint(
            model_name="recoverystep",
            constraint=models.UniqueConstraint(
                condition=models.Q(("line__isnull", False)),
                fields=("line", "kind"),
                name="step_once_a_line",
            ),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.CheckConstraint(
                condition=models.Q(("month__day", 1)), name="run_begins_a_month"
            ),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind", "regular"), ("parent__isnull", False), _connector="XOR"
                ),
                name="run_child_has_parent",
            ),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("kind", "regular"), models.Q(("state", "cancelled"), _negated=True)
                ),
                fields=("division_code", "month"),
                name="run_regular_once_a_month",
            ),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("open", "previewed", "reviewed"))),
                fields=("division_code",),
                name="run_one_undecided",
            ),
        ),
        migrations.AddIndex(
            model_name="line",
            index=models.Index(fields=["run", "provision"], name="line_by_run"),
        ),
        migrations.AddIndex(
            model_name="line",
            index=models.Index(fields=["elder"], name="line_by_elder"),
        ),
        migrations.AddConstraint(
            model_name="line",
            constraint=models.CheckConstraint(
                condition=models.Q(("period__regex", "^([0-9]{4}-(0[1-9]|1[0-2])|once)$")),
                name="line_period",
            ),
        ),
        migrations.AddConstraint(
            model_name="line",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "fen",
                        django.db.models.expressions.CombinedExpression(
                            models.F("due_fen"), "-", models.F("before_fen")
                        ),
                    ),
                    models.Q(("fen", 0), _negated=True),
                ),
                name="line_is_a_difference",
            ),
        ),
        migrations.AddConstraint(
            model_name="line",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("before_fen__gte", 0),
                    ("due_fen__gte", 0),
                    ("offset_fen__gte", 0),
                    models.Q(
                        ("offset_fen", 0), ("offset_fen__lte", models.F("fen")), _connector="OR"
                    ),
                ),
                name="line_never_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="line",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "owed"), _negated=True), ("fen__gt", 0), _connector="OR"
                ),
                name="line_owed_is_more",
            ),
        ),
        migrations.AddConstraint(
            model_name="line",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "charged"), _negated=True), ("fen__lt", 0), _connector="OR"
                ),
                name="line_charged_is_less",
            ),
        ),
        migrations.AddConstraint(
            model_name="line",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "left_out"), _negated=True),
                fields=("subject", "provision", "period", "follows"),
                name="line_follows_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.UniqueConstraint(
                fields=("division_code", "number"), name="entry_numbered"
            ),
        ),
        migrations.AddConstraint(
            model_name="due",
            constraint=models.UniqueConstraint(
                fields=("run", "subject", "provision", "month"), name="due_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="confirmation",
            constraint=models.UniqueConstraint(
                fields=("run", "division_code", "digest"), name="confirmation_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="answer",
            constraint=models.UniqueConstraint(fields=("run", "sha256"), name="answer_read_once"),
        ),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.UniqueConstraint(
                fields=("run", "by", "digest"), name="signature_once_a_person"
            ),
        ),
        migrations.AddIndex(
            model_name="transfer",
            index=models.Index(fields=["run", "state"], name="transfer_by_run"),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(("fen__gt", 0)), name="transfer_is_money"
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "returned"), _negated=True),
                fields=("line",),
                name="transfer_one_at_a_time",
            ),
        ),
    ]
