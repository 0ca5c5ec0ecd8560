package io.ashlar.daemon.cluster;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

/// Byte strings over a connection, each behind its length in four bytes, big-endian. All that one
/// waits for ends at one moment, however slowly bytes drip.
final class DoorFrames {
  private static final int BYTES_MAX = 1 << 20;

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;
  private final long deadlineNs;

  /// @param deadlineNs by [System#nanoTime]
  DoorFrames(Socket socket, long deadlineNs) throws IOException {
    this.socket = socket;
    this.deadlineNs = deadlineNs;
    in = socket.getInputStream();
    out = socket.getOutputStream();
  }

  void write(byte[] bytes) throws IOException {
    out.write(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
    out.write(bytes);
    out.flush();
  }

  byte[] read() throws IOException {
    int length = ByteBuffer.wrap(take(Integer.BYTES)).getInt();
    if (length < 0 || length > BYTES_MAX) {
      throw new IOException("it sent a message of " + length + " bytes");
    }
    return take(length);
  }

  private byte[] take(int length) throws IOException {
    byte[] bytes = new byte[length];
    int have = 0;
    while (have < length) {
      long leftMs = TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime());
      if (leftMs <= 0) {
        throw new SocketTimeoutException("it took too long");
      }
      socket.setSoTimeout((int) Math.min(leftMs, Integer.MAX_VALUE));
      int got = in.read(bytes, have, length - have);
      if (got < 0) {
        throw new EOFException("it closed the connection");
      }
      have += got;
    }
    return bytes;
  }
}
