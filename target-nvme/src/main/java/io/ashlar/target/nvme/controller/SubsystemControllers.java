package io.ashlar.target.nvme.controller;

import static java.util.Objects.requireNonNull;

import io.ashlar.core.reservation.HostIdentity;
import io.ashlar.core.reservation.ReservationListener;
import io.ashlar.core.reservation.ReservationNotice;
import io.ashlar.target.nvme.spec.NvmeStatus;
import io.ashlar.target.nvme.subsystem.Subsystem;
import io.ashlar.target.nvme.subsystem.TargetLimits;
import java.util.List;

/// One exported subsystem as its shard knows it: the export as last published, and its controllers.
public final class SubsystemControllers {
  private final ControllerTable table;
  private final ControllerPages pages = new NvmPages(this);
  private final ReservationListener listener = new Listener();
  private Subsystem subsystem;

  public SubsystemControllers(Subsystem subsystem, TargetLimits limits) {
    this.subsystem = subsystem;
    table = new ControllerTable(limits, subsystem.shard());
    subsystem.volume().reservations().addListener(listener);
  }

  public Subsystem subsystem() {
    return subsystem;
  }

  /// Connects a queue of a host.
  public ConnectOutcome connect(ConnectRequest request, ControllerQueue queue) {
    if (!subsystem.access().allows(requireNonNull(request.host()).name())) {
      return ConnectOutcome.refused(NvmeStatus.CONNECT_INVALID_HOST);
    }
    return table.connect(request, queue, pages);
  }

  /// The export changed: hosts that may no longer use it are cut off, the others hear of a path
  /// whose state changed.
  public void update(Subsystem next) {
    boolean anaChanged = !subsystem.ana().equals(next.ana());
    subsystem = next;
    for (Controller controller : table.all()) {
      if (!next.access().allows(controller.host().name())) {
        controller.leave("the host's access was withdrawn");
      } else if (anaChanged) {
        controller.events().raise(AsyncEvents.Kind.ANA);
      }
    }
  }

  /// The volume's geometry changed: hosts are told to look again.
  public void namespaceChanged() {
    for (Controller controller : table.all()) {
      controller.namespaceChanged();
    }
  }

  /// The export ended: all hosts are cut off.
  public void close(String reason) {
    subsystem.volume().reservations().removeListener(listener);
    for (Controller controller : table.all()) {
      controller.leave(reason);
    }
  }

  /// Passes on to a host's controllers what other hosts do to its reservations.
  private final class Listener implements ReservationListener {
    @Override
    public void onNotice(HostIdentity host, ReservationNotice notice) {
      for (Controller controller : table.all()) {
        if (controller.host().equals(host)) {
          controller.reservationNotice(notice);
        }
      }
    }

    @Override
    public void onAbort(HostIdentity host) {
      for (Controller controller : table.all()) {
        if (controller.host().equals(host)) {
          controller.preempt(subsystem.volume().reservations().gate());
        }
      }
    }
  }

  /// The names of the hosts here now, once for each of their controllers.
  public List<String> hosts() {
    return table.all().stream().map(controller -> controller.host().name()).toList();
  }
}
