package io.ashlar.initiator.nvme.queue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// The TCP connection below a queue pair: non-blocking, so that its owner may spin, with a selector
/// beside it for owners that would rather sleep.
final class HostSocket implements AutoCloseable {
  private static final long NS_PER_MS = 1_000_000;

  private final SocketChannel channel;
  private @Nullable Selector selector;
  private @Nullable SelectionKey key;

  private HostSocket(SocketChannel channel) {
    this.channel = channel;
  }

  static HostSocket connect(InetSocketAddress address, Duration timeout) throws IOException {
    if (address.isUnresolved()) {
      throw new IOException("the name " + address.getHostString() + " does not resolve");
    }
    SocketChannel channel = SocketChannel.open();
    try {
      channel.socket().connect(address, Math.toIntExact(timeout.toMillis()));
      // Small PDUs must not wait for the acknowledgement of earlier ones.
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.configureBlocking(false);
      return new HostSocket(channel);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /// Reads what is there; 0 for nothing, -1 at the end.
  int read(ByteBuffer into) throws IOException {
    return channel.read(into);
  }

  int write(ByteBuffer from) throws IOException {
    return channel.write(from);
  }

  /// Writes the buffers one after the other, as far as the socket takes them.
  long write(ByteBuffer[] from) throws IOException {
    return channel.write(from);
  }

  /// Sleeps until there is something to read, or room to write if `interest` says so, or time is
  /// up.
  ///
  /// @param interest [SelectionKey#OP_READ], perhaps with [SelectionKey#OP_WRITE]
  void await(int interest, long timeoutNs) throws IOException {
    Selector mySelector = selector;
    SelectionKey myKey = key;
    if (mySelector == null || myKey == null) {
      mySelector = Selector.open();
      myKey = channel.register(mySelector, interest);
      selector = mySelector;
      key = myKey;
    }
    myKey.interestOps(interest);
    mySelector.select(Math.max(1, timeoutNs / NS_PER_MS));
    mySelector.selectedKeys().clear();
  }

  @Override
  public void close() {
    try {
      channel.close();
      if (selector != null) {
        selector.close();
      }
    } catch (IOException e) {
      // The connection is over either way, and nothing waits on it.
    }
  }
}
