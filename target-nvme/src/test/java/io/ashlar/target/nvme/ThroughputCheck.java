package io.ashlar.target.nvme;

import io.ashlar.core.volume.VolumeGeometry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.util.Random;

/// Not a test: 4 KiB random reads over loopback at a queue depth, for a quick look at what a change
/// costs. Arguments: queue depth, seconds. Run it by hand with the test class path.
@SuppressWarnings("SystemOut")
final class ThroughputCheck {
  private static final int BLOCK_BYTES = 4096;
  private static final int COMMAND_BYTES = 72;
  private static final int HEADER_BYTES = 24;
  private static final int ENTRIES = 128;

  private ThroughputCheck() {}

  public static void main(String[] arguments) throws IOException {
    int depth = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 32;
    int seconds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 5;
    try (RunningTarget running =
            new RunningTarget(new VolumeGeometry(64 << 20, BLOCK_BYTES), TargetOptions.DEFAULT);
        TestHost admin = running.admin();
        SocketChannel queue = SocketChannel.open(running.address)) {
      queue.socket().setTcpNoDelay(true);
      connect(queue, admin, running);
      for (int round = 0; round < 4; round++) {
        long done = run(queue, depth, seconds);
        System.out.printf("depth %d: %,d reads/s%n", depth, done / seconds);
      }
    }
  }

  private static void connect(SocketChannel queue, TestHost admin, RunningTarget running)
      throws IOException {
    ByteBuffer initialize = TestHost.le(128).put(2, (byte) 128).putInt(4, 128);
    writeAll(queue, initialize);
    readAll(queue, TestHost.le(128));
    byte[] data = TestHost.connectData(admin.controllerId, running.nqn(), RunningTarget.HOST);
    writeAll(queue, ByteBuffer.wrap(admin.commandPdu(admin.connectEntry(1, ENTRIES), data)));
    readAll(queue, TestHost.le(HEADER_BYTES));
  }

  private static long run(SocketChannel queue, int depth, int seconds) throws IOException {
    ByteBuffer in = ByteBuffer.allocateDirect(1 << 20).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer out = ByteBuffer.allocateDirect(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
    Random random = new Random(1);
    for (int i = 0; i < depth; i++) {
      putRead(out, i, random.nextInt(16384));
    }
    long end = System.nanoTime() + seconds * 1_000_000_000L;
    long done = 0;
    int underWay = depth;
    while (underWay > 0) {
      if (out.position() > 0) {
        writeAll(queue, out);
        out.clear();
      }
      queue.read(in);
      boolean more = System.nanoTime() < end;
      in.flip();
      while (in.remaining() >= HEADER_BYTES
          && in.remaining() >= in.getInt(in.position() + Integer.BYTES)) {
        int commandId = in.getShort(in.position() + 8);
        in.position(in.position() + in.getInt(in.position() + Integer.BYTES));
        done++;
        underWay--;
        if (more) {
          putRead(out, commandId, random.nextInt(16384));
          underWay++;
        }
      }
      in.compact();
    }
    return done;
  }

  private static void putRead(ByteBuffer out, int commandId, int lba) {
    int at = out.position();
    for (int i = 0; i < COMMAND_BYTES; i += Long.BYTES) {
      out.putLong(0);
    }
    out.put(at, (byte) 4).put(at + 2, (byte) COMMAND_BYTES).putInt(at + 4, COMMAND_BYTES);
    out.put(at + 8, (byte) 2).put(at + 9, (byte) 0x40).putShort(at + 10, (short) commandId);
    out.putInt(at + 12, 1).putInt(at + 40, BLOCK_BYTES).put(at + 47, (byte) 0x5A);
    out.putLong(at + 48, lba);
  }

  private static void writeAll(SocketChannel queue, ByteBuffer out) throws IOException {
    if (out.position() > 0) {
      out.flip();
    }
    while (out.hasRemaining()) {
      queue.write(out);
    }
  }

  private static void readAll(SocketChannel queue, ByteBuffer in) throws IOException {
    while (in.hasRemaining()) {
      if (queue.read(in) < 0) {
        throw new IOException("the target hung up");
      }
    }
  }
}
