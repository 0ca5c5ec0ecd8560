package io.ashlar.target.nvme.controller;

import io.ashlar.target.nvme.subsystem.SubsystemDirectory;
import io.ashlar.target.nvme.subsystem.TargetLimits;
import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Supplier;

/// The discovery controllers of one event loop.
public final class DiscoveryControllers {
  private final Supplier<SubsystemDirectory> directory;
  private final ControllerTable table;

  public DiscoveryControllers(
      TargetLimits limits, EventLoop loop, Supplier<SubsystemDirectory> directory) {
    this.directory = directory;
    table = new ControllerTable(limits, loop);
  }

  /// Connects a host's admin queue.
  ///
  /// @param portals where subsystems can be reached, as this host sees it
  public ConnectOutcome connect(
      ConnectRequest request, ControllerQueue queue, List<InetSocketAddress> portals) {
    return table.connect(request, queue, new DiscoveryPages(directory, portals));
  }

  /// The directory changed: hosts that wish so are told.
  public void directoryChanged() {
    for (Controller controller : table.all()) {
      controller.events().raise(AsyncEvents.Kind.DISCOVERY);
    }
  }

  /// Cuts all hosts off.
  public void close(String reason) {
    for (Controller controller : table.all()) {
      controller.leave(reason);
    }
  }
}
