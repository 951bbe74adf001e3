"""What an error code of Slack's means: one table, from https://docs.slack.dev/reference/methods."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

Meaning = Literal["passing", "unclear", "token", "app", "final", "blocks", "expired", "overtaken"]

_CODES: Mapping[Meaning, str] = {
    # Trying again may help, as with a code that is not listed; or the call was wrong: an error of ours, to be noticed.
    "passing": """external_channel_migrating message_limit_exceeded org_login_required rate_limited ratelimited
        team_added_to_org duplicate_external_id invalid_arg_name invalid_arguments invalid_array_arg
        invalid_charset invalid_form_data invalid_metadata_format invalid_metadata_schema invalid_post_type
        missing_post_type view_too_large""",
    # The same, but it may have been done in part or as a whole.
    "unclear": "fatal_error internal_error request_timeout service_unavailable",
    # The token is not valid, or not any more.
    "token": "account_inactive invalid_auth not_authed token_expired token_revoked",
    # What the app was granted, or how it is set up, does not allow it.
    "app": """app_token_invalid forbidden_team missing_scope no_permission not_allowed_token_type
        socket_mode_not_enabled""",
    # Gone, or never allowed: the workspace, the channel, the thread or the person.
    "final": """access_denied accesslimited as_user_not_supported attachment_payload_limit_exceeded block_mismatch
        cannot_dm_bot cannot_reply_to_message cant_delete_message cant_update_message channel_not_found
        channel_type_not_supported deprecated_endpoint duplicate_channel_not_found
        duplicate_message_not_found edit_window_closed ekm_access_denied enterprise_is_restricted
        invalid_thread_ts invalid_trigger_id is_archived is_inactive markdown_text_conflict
        message_not_found messages_tab_disabled metadata_must_be_sent_from_app metadata_too_large
        method_deprecated msg_too_long no_text not_enabled not_implemented not_in_channel restricted_action
        restricted_action_non_threadable_channel restricted_action_read_only_channel
        restricted_action_thread_locked restricted_action_thread_only_channel send_on_behalf_not_allowed
        slack_connect_canvas_sharing_blocked slack_connect_file_link_sharing_blocked
        slack_connect_lists_sharing_blocked team_access_not_granted team_not_found thread_locked
        thread_not_found too_many_attachments too_many_contact_cards two_factor_setup_required user_disabled
        user_is_bot user_not_found user_not_in_channel user_not_visible users_not_found""",
    # Not these blocks, such as a kind that this workspace's Slack does not know yet.
    "blocks": "invalid_attachments invalid_blocks invalid_blocks_format msg_blocks_too_long",
    # What was pressed opens nothing any more; and a modal that was changed or closed meanwhile.
    "expired": "exchanged_trigger_id expired_trigger_id trigger_expired",
    "overtaken": "hash_conflict not_found view_not_found",
}

MEANINGS: Mapping[str, Meaning] = {code: meaning for meaning, codes in _CODES.items() for code in codes.split()}


def code_of(error: Exception) -> str:
    """Slack's code for it; the HTTP status, or the kind of error, where it came without one."""
    if not isinstance(error, SlackApiError):
        return type(error).__name__
    found = error.response.get("error") if isinstance(error.response, AsyncSlackResponse | dict) else None
    return str(found or f"http_{getattr(error.response, 'status_code', 'error')}")


def meaning(error: Exception) -> Meaning:
    """What it means for the call that failed with it, whether Slack answered or not."""
    if not isinstance(error, SlackApiError) or getattr(error.response, "status_code", 500) >= 500:
        return "unclear"
    return MEANINGS.get(code_of(error), "passing")


def is_final(error: Exception) -> bool:
    """Whether trying again would not help. Another token may be valid by the time that an event comes again."""
    return meaning(error) not in ("passing", "unclear", "token")
