package io.ashlar.target.iscsi;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A process of its own, because one process may not have files enough for both ends: opens many
/// connections, brings each to one of four points, says "ready", and keeps them until its input
/// ends. Arguments: port, how many.
@SuppressWarnings("SystemOut")
final class IdleInitiators {
  private static final int STAGES = 4;
  private static final String DISCOVERY =
      "InitiatorName=iqn.2026-11.test:idle\0SessionType=Discovery\0";

  private IdleInitiators() {}

  public static void main(String[] arguments) throws IOException {
    InetSocketAddress target =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[0]));
    int count = Integer.parseInt(arguments[1]);
    List<SocketChannel> hosts = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      SocketChannel host = SocketChannel.open(target);
      hosts.add(host);
      bring(host, i);
    }
    System.out.println("ready");
    while (System.in.read() >= 0) {
      // until the test lets go
    }
    for (SocketChannel host : hosts) {
      host.close();
    }
  }

  private static void bring(SocketChannel host, int index) throws IOException {
    switch (index % STAGES) {
      case 0 -> {} // says nothing
      case 1 -> send(host, ByteBuffer.allocate(index % 47 + 1)); // half a header
      case 2 -> send(host, login(0x44, "InitiatorNa").limit(50)); // half a key
      default -> {
        send(host, login(0x87, DISCOVERY));
        receive(host);
      }
    }
  }

  private static ByteBuffer login(int flags, String keys) {
    byte[] text = keys.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(48 + (text.length + 3) / 4 * 4)
        .put(0, (byte) 0x43)
        .put(1, (byte) flags)
        .putInt(4, text.length)
        .put(48, text);
  }

  private static void send(SocketChannel host, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      host.write(bytes);
    }
  }

  private static void receive(SocketChannel host) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(48);
    while (header.hasRemaining()) {
      if (host.read(header) < 0) {
        throw new IOException("the target hung up");
      }
    }
  }
}
