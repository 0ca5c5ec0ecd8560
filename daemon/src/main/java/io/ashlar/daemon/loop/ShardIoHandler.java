package io.ashlar.daemon.loop;

import io.ashlar.core.base.Clock;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoRegistration;

/// Netty's I/O handler with the shard's agents in it. One turn:
///
/// ```
/// awake ──▶ sockets (without waiting) ──▶ agents ──▶ Netty's tasks ──▶ again
///   │ nothing done for the spin time
///   ▼
/// agents once more · disks armed ──▶ sockets (waiting until an event or a deadline) ──▶ agents
/// ```
///
/// The agents' turn before sleep is there for requests that tasks submitted since the last one.
final class ShardIoHandler implements IoHandler {
  private final IoHandler sockets;
  private final ShardAgents agents;
  private final WatchedDevices devices;
  private final Clock clock;
  private final long spinNs;
  private final TurnContext turn;
  private long lastWorkNs;

  ShardIoHandler(
      IoHandler sockets, ShardAgents agents, WatchedDevices devices, Clock clock, long spinNs) {
    this.sockets = sockets;
    this.agents = agents;
    this.devices = devices;
    this.clock = clock;
    this.spinNs = spinNs;
    this.turn = new TurnContext(agents, clock);
    this.lastWorkNs = clock.nanoTime();
  }

  @Override
  public int run(IoHandlerContext context) {
    turn.begin(context, maySleep(context));
    int handled = sockets.run(turn);
    long nowNs = clock.nanoTime();
    if (agents.doWork(nowNs) + handled > 0) {
      lastWorkNs = nowNs;
    }
    return handled;
  }

  private boolean maySleep(IoHandlerContext context) {
    if (!context.canBlock()) {
      return false;
    }
    long nowNs = clock.nanoTime();
    if (nowNs - lastWorkNs < spinNs) {
      return false;
    }
    if (agents.doWork(nowNs) > 0) {
      lastWorkNs = nowNs;
      return false;
    }
    return agents.deadlineNs() > nowNs && devices.armForSleep();
  }

  @Override
  public void initialize() {
    sockets.initialize();
  }

  @Override
  public void prepareToDestroy() {
    sockets.prepareToDestroy();
  }

  @Override
  public void destroy() {
    sockets.destroy();
  }

  @Override
  public IoRegistration register(IoHandle handle) throws Exception {
    return sockets.register(handle);
  }

  @Override
  public void wakeup() {
    sockets.wakeup();
  }

  @Override
  public boolean isCompatible(Class<? extends IoHandle> handleType) {
    return sockets.isCompatible(handleType);
  }
}
