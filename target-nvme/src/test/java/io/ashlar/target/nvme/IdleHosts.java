package io.ashlar.target.nvme;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A process of its own, because one process may not have files enough for both ends: opens many
/// connections, brings each to one of four points, says "ready", and keeps them until its input
/// ends. Arguments: port, how many.
@SuppressWarnings({"SystemOut", "ByteBufferBackingArray"})
final class IdleHosts {
  private static final String DISCOVERY = "nqn.2014-08.org.nvmexpress.discovery";
  private static final int STAGES = 4;

  private IdleHosts() {}

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
    byte[] initialize = TestHost.le(128).put(2, (byte) 128).putInt(4, 128).array();
    switch (index % STAGES) {
      case 0 -> {} // says nothing
      case 1 -> send(host, Arrays.copyOf(initialize, 50));
      case 2 -> {
        send(host, initialize);
        receive(host, 128);
        send(host, Arrays.copyOf(connect(index), 500));
      }
      default -> {
        send(host, initialize);
        receive(host, 128);
        send(host, connect(index));
        receive(host, 24);
      }
    }
  }

  /// A Connect of a discovery controller's admin queue, by a host of its own name.
  private static byte[] connect(int index) {
    String name = "nqn.2014-08.org.nvmexpress:uuid:idle-host-" + index;
    ByteBuffer pdu = TestHost.le(72 + 1024);
    pdu.put(0, (byte) 4).put(2, (byte) 72).put(3, (byte) 72).putInt(4, 72 + 1024);
    pdu.put(8, (byte) 0x7F).put(9, (byte) 0x40).put(12, (byte) 1);
    pdu.putInt(8 + 32, 1024).put(8 + 39, (byte) TestHost.SGL_CAPSULE);
    pdu.putShort(8 + 44, (short) 31).putInt(8 + 48, 600_000);
    pdu.put(72, TestHost.connectData(0xFFFF, DISCOVERY, name));
    return pdu.array();
  }

  private static void send(SocketChannel host, byte[] bytes) throws IOException {
    ByteBuffer out = ByteBuffer.wrap(bytes);
    while (out.hasRemaining()) {
      host.write(out);
    }
  }

  private static void receive(SocketChannel host, int length) throws IOException {
    ByteBuffer in = ByteBuffer.allocate(length);
    while (in.hasRemaining()) {
      if (host.read(in) < 0) {
        throw new IOException("the target hung up");
      }
    }
  }
}
