package io.ashlar.replication.network;

import io.ashlar.replication.transport.Transport;
import io.ashlar.replication.transport.TransportContract;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/// The contract as in production: over TLS, on epoll where it is there.
class TlsTransportTest extends TransportContract {
  private final NetworkRig rig = new NetworkRig();
  private final TestCluster cluster = new TestCluster(rig.clock);
  private final NetworkRig.Node sender = rig.start(0, 1, cluster.security(0));
  private final NetworkRig.Node receiver = rig.start(3, 1, cluster.security(3));

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
