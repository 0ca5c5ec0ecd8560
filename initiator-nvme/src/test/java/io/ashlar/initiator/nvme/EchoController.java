package io.ashlar.initiator.nvme;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/// The least that an NVMe/TCP host takes for a controller: every command succeeds at once, reads
/// give zeroes. One thread per connection, blocking; no code shared with what it tests.
public final class EchoController implements AutoCloseable {
  private static final int CAPSULE_LENGTH = 72;
  private static final int DATA_HEADER_LENGTH = 24;

  private final ServerSocketChannel server;

  public EchoController() throws IOException {
    server = ServerSocketChannel.open();
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    Thread.ofPlatform().daemon().start(this::accept);
  }

  public InetSocketAddress address() throws IOException {
    return (InetSocketAddress) server.getLocalAddress();
  }

  private void accept() {
    try {
      while (true) {
        SocketChannel channel = server.accept();
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        Thread.ofPlatform().daemon().start(() -> serve(channel));
      }
    } catch (IOException e) {
      // closed: the test is over
    }
  }

  private static void serve(SocketChannel channel) {
    ByteBuffer in = ByteBuffer.allocateDirect(1 << 21).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer out = ByteBuffer.allocateDirect(1 << 23).order(ByteOrder.LITTLE_ENDIAN);
    try (channel) {
      while (channel.read(in) >= 0) {
        in.flip();
        while (in.remaining() >= 8 && in.remaining() >= in.getInt(in.position() + 4)) {
          answer(in, in.position(), out);
          in.position(in.position() + in.getInt(in.position() + 4));
        }
        in.compact();
        out.flip();
        while (out.hasRemaining()) {
          channel.write(out);
        }
        out.clear();
      }
    } catch (ClosedChannelException e) {
      // closed: the test is over
    } catch (IOException e) {
      // the host went away, which tests do
    }
  }

  private static void answer(ByteBuffer in, int at, ByteBuffer out) {
    int type = in.get(at);
    int to = out.position();
    if (type == 0) {
      zero(out, to, 128);
      out.putShort(to, (short) 1).put(to + 2, (byte) 128).putInt(to + 4, 128);
      out.putInt(to + 12, 131072);
      out.position(to + 128);
      return;
    }
    int opcode = in.get(at + 8) & 0xFF;
    int fabricsType = in.get(at + 12);
    short id = in.getShort(at + 10);
    int length = in.getInt(at + 8 + 32);
    boolean isFromController = (opcode & 3) == 2;
    if (opcode == 0x06 && in.get(at + 8 + 40) == 1) {
      identity(out, id);
    } else if (opcode == 0x06) {
      namespace(out, id);
    } else if (isFromController) {
      data(out, id, length);
      out.position(out.position() + length);
    } else {
      long result = opcode != 0x7F || fabricsType != 4 ? 1 : property(in.getInt(at + 8 + 44));
      zero(out, to, 24);
      out.put(to, (byte) 5).put(to + 2, (byte) 24).putInt(to + 4, 24);
      out.putLong(to + 8, result).putShort(to + 20, id);
      out.position(to + 24);
    }
    if (type != 4 || in.get(at + 2) != CAPSULE_LENGTH) {
      throw new IllegalStateException("not a capsule");
    }
  }

  private static long property(int offset) {
    return offset == 0 ? 1023 : 1;
  }

  private static void identity(ByteBuffer out, short id) {
    int at = data(out, id, 4096);
    zero(out, at, 4096);
    out.putInt(at + 1792, (64 + 8192) / 16);
    out.position(at + 4096);
  }

  private static void namespace(ByteBuffer out, short id) {
    int at = data(out, id, 4096);
    zero(out, at, 4096);
    out.putLong(at, 1 << 20).put(at + 130, (byte) 12);
    out.position(at + 4096);
  }

  /// A C2HData header with last and success; gives where its data starts.
  private static int data(ByteBuffer out, short id, int length) {
    int to = out.position();
    zero(out, to, DATA_HEADER_LENGTH);
    out.put(to, (byte) 7).put(to + 1, (byte) 12).put(to + 2, (byte) 24).put(to + 3, (byte) 24);
    out.putInt(to + 4, DATA_HEADER_LENGTH + length).putShort(to + 8, id).putInt(to + 16, length);
    out.position(to + DATA_HEADER_LENGTH);
    return out.position();
  }

  private static void zero(ByteBuffer out, int at, int length) {
    for (int i = 0; i < length; i++) {
      out.put(at + i, (byte) 0);
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
