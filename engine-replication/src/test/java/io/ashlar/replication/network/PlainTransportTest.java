package io.ashlar.replication.network;

import io.ashlar.replication.transport.Transport;
import io.ashlar.replication.transport.TransportContract;
import io.netty.channel.nio.NioIoHandler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/// The contract over TCP without protection, on NIO.
class PlainTransportTest extends TransportContract {
  private final NetworkRig rig = new NetworkRig(NioIoHandler.newFactory());
  private final NetworkRig.Node sender = rig.start(0, 1, PlainText.FOR_BENCHMARKS);
  private final NetworkRig.Node receiver = rig.start(3, 1, PlainText.FOR_BENCHMARKS);

  @BeforeEach
  void connect() {
    rig.connect(sender, receiver);
  }

  @AfterEach
  void close() {
    rig.close();
  }

  @Override
  protected Transport sender() {
    return sender.network;
  }

  @Override
  protected Transport receiver() {
    return receiver.network;
  }

  @Override
  protected void pass() {
    rig.turn();
  }
}
