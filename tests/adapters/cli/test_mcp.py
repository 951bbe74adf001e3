"""`framework-bot mcp`, asked by the SDK's own client: over standard input and output, and over HTTP."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from adapters.cli.recommend import as_document, parsed
from bot.dialog.question import Question
from bot.dialog.text_renderer import as_json
from bot.recommendation.flow import Flow

mcp = pytest.importorskip("mcp") if os.environ.get("CI") != "true" else __import__("mcp")
from mcp.client import Client  # noqa: E402 - after the check
from mcp.client.stdio import StdioServerParameters, stdio_client  # noqa: E402 - as above

ROOT = Path(__file__).parents[3]
COMMAND = ("-m", "adapters.cli.main", "mcp")


@pytest.fixture
def environment(cache, shipped):
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    return {"PATH": os.environ["PATH"], "PYTHONPATH": path, "FRAMEWORK_BOT_CACHE": str(cache)}


@asynccontextmanager
async def over_stdio(environment):
    server = StdioServerParameters(command=sys.executable, args=[*COMMAND], env=environment)
    async with Client(stdio_client(server)) as client:
        yield client


@asynccontextmanager
async def over_http(environment):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = await asyncio.create_subprocess_exec(sys.executable, *COMMAND, "--http", str(port), env=environment)
    try:
        async with asyncio.timeout(60):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                except OSError:
                    await asyncio.sleep(0.1)
                else:
                    writer.close()
                    break
        async with Client(f"http://127.0.0.1:{port}/mcp") as client:
            yield client
    finally:
        process.kill()
        await process.wait()


async def given(client, tool, **arguments):
    """What a tool gives."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    return json.loads(result.content[0].text)


@pytest.mark.parametrize("transport", [over_stdio, over_http])
async def test_a_program_gets_what_the_command_line_prints_as_json(transport, environment, shipped):
    flow, asked = Flow.of(shipped.knowledge), "which one is better for phones"
    async with transport(environment) as client:
        assert await given(client, "ask", question=asked) == as_json(shipped.answer(Question(asked)), None)
        compared = await given(client, "compare", frameworks=["pytorch", "jax"], aspect="speed on TPUs")
        assert compared == as_json(shipped.answer(Question("pytorch vs jax speed on TPUs")), None)
        wanted = json.loads(json.dumps(as_document(flow, parsed(flow, "goal=mobile"))))
        assert await given(client, "recommend", answers={"goal": "mobile"}) == wanted
        topics = await given(client, "list_topics")
        listed = {one["id"] for entries in topics.values() for one in entries}
        assert listed == {name for name, one in shipped.knowledge.entries.items() if one.kind == "answer"}
        uris = {str(one.uri) for one in (await client.list_resources()).resources}
        assert uris == {f"framework-bot://answers/{name}" for name in listed}
        [content] = (await client.read_resource("framework-bot://answers/choose.mobile")).contents
        assert shipped.knowledge.entries["choose.mobile"].headline in content.text


async def test_a_wrong_answer_to_a_question_is_an_error_that_says_what_to_write(environment):
    async with over_stdio(environment) as client:
        result = await client.call_tool("recommend", {"answers": {"goal": "moblie"}})
    assert result.is_error
    assert "mobile" in result.content[0].text
