package io.ashlar.simulation.network;

import io.ashlar.replication.transport.Transport;
import io.ashlar.replication.transport.TransportContract;
import io.ashlar.simulation.SimulatedClock;

class SimulatedTransportTest extends TransportContract {
  private final SimulatedClock clock = new SimulatedClock();
  private final SimulatedNetwork network = new SimulatedNetwork(NetworkOptions.seeded(1), clock);
  private final Transport sender = network.attach(0);
  private final Transport receiver = network.attach(3);

  @Override
  protected Transport sender() {
    return sender;
  }

  @Override
  protected Transport receiver() {
    return receiver;
  }

  @Override
  protected void pass() {
    clock.advance(10_000);
  }
}
