"""The line between the two nodes of the demonstration: relays TCP connections until it is ended.

Usage: demo_link.py LISTEN_PORT:TARGET_PORT...     (all on 127.0.0.1)
Ending the process cuts the line; both nodes keep running and answering. The nodes see each other's certificates
through it unchanged, so it can neither read nor alter what they exchange.
"""

import asyncio
import sys

CHUNK_BYTES = 64 * 1024


async def pump(reader, writer):
    try:
        while chunk := await reader.read(CHUNK_BYTES):
            writer.write(chunk)
            await writer.drain()
    except OSError:
        pass  # one side went away: closing the other is the answer
    finally:
        writer.close()


def relay_to(port):
    async def relay(reader, writer):
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer))

    return relay


async def main(pairs):
    servers = []
    for pair in pairs:
        listen, target = (int(port) for port in pair.split(":"))
        servers.append(await asyncio.start_server(relay_to(target), "127.0.0.1", listen))
    print("ready", flush=True)
    await asyncio.gather(*(server.serve_forever() for server in servers))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    try:
        asyncio.run(main(sys.argv[1:]))
    except KeyboardInterrupt:
        pass
