package io.ashlar.target.nvme.controller;

import io.ashlar.core.base.Check;
import io.ashlar.core.reservation.HostIdentity;
import io.ashlar.core.reservation.ReservationGate;
import io.ashlar.core.reservation.ReservationNotice;
import io.ashlar.target.nvme.spec.ControllerProperties;
import io.ashlar.target.nvme.spec.NvmeStatus;
import io.ashlar.target.nvme.subsystem.TargetLimits;
import io.netty.channel.EventLoop;
import java.util.function.Consumer;
import org.agrona.collections.Int2ObjectHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A controller of the dynamic model: made by the Connect of its admin queue, gone with it. Legal
/// ways: DISABLED → READY or FAILED by CC.EN; READY, FAILED or SHUT_DOWN → DISABLED by a reset; any
/// of these → SHUT_DOWN by CC.SHN; any → GONE.
public final class Controller {
  private static final Logger LOG = LoggerFactory.getLogger(Controller.class);
  private static final int SQ_ENTRY_LOG2 = 6;
  private static final int CQ_ENTRY_LOG2 = 4;

  private final int id;
  private final HostIdentity host;
  private final TargetLimits limits;
  private final ControllerPages pages;
  private final Consumer<Controller> onGone;
  private final KeepAliveTimer keepAlive;
  private final AsyncEvents events;
  private final Features features = new Features();
  private final ReservationLog reservationLog = new ReservationLog();
  private final TrafficCounters traffic = new TrafficCounters();
  private final Int2ObjectHashMap<ControllerQueue> queues = new Int2ObjectHashMap<>();
  private ControllerState state = ControllerState.DISABLED;
  private int configuration;
  private boolean namespaceChanged;

  /// @param onGone told when this controller is no longer
  Controller(
      int id,
      HostIdentity host,
      TargetLimits limits,
      ControllerPages pages,
      EventLoop loop,
      Consumer<Controller> onGone) {
    this.id = id;
    this.host = host;
    this.limits = limits;
    this.pages = pages;
    this.onGone = onGone;
    events = new AsyncEvents(limits.queues().asyncEventRequestsMax());
    keepAlive = new KeepAliveTimer(loop, limits.keepAlive().restMs(), this::onSilence);
  }

  public int id() {
    return id;
  }

  public HostIdentity host() {
    return host;
  }

  public TrafficCounters traffic() {
    return traffic;
  }

  TargetLimits limits() {
    return limits;
  }

  ControllerPages pages() {
    return pages;
  }

  KeepAliveTimer keepAlive() {
    return keepAlive;
  }

  AsyncEvents events() {
    return events;
  }

  Features features() {
    return features;
  }

  /// Whether commands other than Fabrics commands are taken.
  public boolean isReady() {
    return state == ControllerState.READY;
  }

  /// Called for every command of every queue: any traffic keeps the association alive.
  public void heard() {
    keepAlive.heard();
  }

  boolean hasQueue(int queueId) {
    return queues.containsKey(queueId);
  }

  void attach(ControllerQueue queue) {
    ControllerQueue former = queues.put(queue.queueId(), queue);
    Check.that(former == null, "a queue id is connected once", queue.queueId());
  }

  /// A queue's connection is closed. Without its admin queue the controller is gone.
  public void detach(ControllerQueue queue) {
    if (!queue.equals(queues.get(queue.queueId()))) {
      return;
    }
    queues.remove(queue.queueId());
    if (queue.queueId() == 0) {
      leave("the admin connection closed");
    }
  }

  /// Ends a command of one of this controller's queues.
  boolean abort(int queueId, int commandId) {
    if (queueId == 0 && events.abort(commandId)) {
      return true;
    }
    ControllerQueue queue = queues.get(queueId);
    return queue != null && queue.abort(commandId);
  }

  /// Ends what this controller's I/O queues have under way: another host preempted this one. The
  /// gate waits for what cannot be ended any more.
  void preempt(ReservationGate gate) {
    for (ControllerQueue queue : queues.values()) {
      if (queue.queueId() != 0) {
        queue.preempt(gate);
      }
    }
  }

  /// Another host changed this one's standing with a reservation: it is told unless it asked not to
  /// be.
  void reservationNotice(ReservationNotice notice) {
    if ((features.reservationMask >>> ReservationLog.codeOf(notice) & 1) == 0) {
      reservationLog.add(notice);
      events.raise(AsyncEvents.Kind.RESERVATION);
    }
  }

  ReservationLog reservationLog() {
    return reservationLog;
  }

  /// Tears the association down: all connections are closed.
  public void leave(String reason) {
    if (state == ControllerState.GONE) {
      return;
    }
    state(ControllerState.GONE, reason);
    events.clear();
    onGone.accept(this);
    disconnectFrom(0, reason);
  }

  /// The namespace changed in size or otherwise: the host is told if it wishes.
  void namespaceChanged() {
    namespaceChanged = true;
    events.raise(AsyncEvents.Kind.NAMESPACE);
  }

  /// Whether the namespace changed since the host has read so.
  boolean isNamespaceChanged() {
    return namespaceChanged;
  }

  void namespaceChangeWasRead() {
    namespaceChanged = false;
  }

  int configuration() {
    return configuration;
  }

  int statusProperty() {
    return switch (state) {
      case DISABLED, GONE -> 0;
      case READY -> ControllerProperties.CSTS_READY;
      case FAILED -> ControllerProperties.CSTS_FATAL;
      case SHUT_DOWN ->
          ControllerProperties.CSTS_SHUTDOWN_COMPLETE
              | (configuration & ControllerProperties.CC_ENABLE) * ControllerProperties.CSTS_READY;
    };
  }

  /// The host wrote CC.
  ///
  /// @return the Property Set's status
  int configure(int next) {
    boolean wasEnabled = (configuration & ControllerProperties.CC_ENABLE) != 0;
    boolean enabled = (next & ControllerProperties.CC_ENABLE) != 0;
    configuration = next;
    if (!enabled && wasEnabled) {
      state(ControllerState.DISABLED, "reset by the host");
      events.abortAll();
      disconnectFrom(1, "the controller was reset by its host");
    } else if (enabled && !wasEnabled) {
      boolean sound = isSound(next);
      state(sound ? ControllerState.READY : ControllerState.FAILED, "enabled by the host");
    }
    int shutdown =
        next >>> ControllerProperties.CC_SHUTDOWN_SHIFT & ControllerProperties.CC_SHUTDOWN_MASK;
    if (shutdown != 0 && state != ControllerState.SHUT_DOWN) {
      state(ControllerState.SHUT_DOWN, "shut down by the host");
    }
    return NvmeStatus.SUCCESS;
  }

  private static boolean isSound(int cc) {
    int sets =
        cc >>> ControllerProperties.CC_COMMAND_SET_SHIFT & ControllerProperties.CC_COMMAND_SET_MASK;
    int page =
        cc >>> ControllerProperties.CC_PAGE_SIZE_SHIFT & ControllerProperties.CC_PAGE_SIZE_MASK;
    int arbitration =
        cc >>> ControllerProperties.CC_ARBITRATION_SHIFT & ControllerProperties.CC_ARBITRATION_MASK;
    int sqEntry =
        cc >>> ControllerProperties.CC_SQ_ENTRY_SHIFT & ControllerProperties.CC_ENTRY_MASK;
    int cqEntry =
        cc >>> ControllerProperties.CC_CQ_ENTRY_SHIFT & ControllerProperties.CC_ENTRY_MASK;
    return (sets == ControllerProperties.CC_COMMAND_SET_NVM
            || sets == ControllerProperties.CC_COMMAND_SET_ALL)
        && page == 0
        && arbitration == 0
        && (sqEntry == SQ_ENTRY_LOG2 || sqEntry == 0)
        && (cqEntry == CQ_ENTRY_LOG2 || cqEntry == 0);
  }

  private void disconnectFrom(int firstQueueId, String reason) {
    for (ControllerQueue queue : queues.values().toArray(new ControllerQueue[0])) {
      if (queue.queueId() >= firstQueueId) {
        queues.remove(queue.queueId());
        queue.disconnect(reason);
      }
    }
  }

  private void onSilence() {
    leave("no sign of life for " + keepAlive.periodMs() + " ms");
  }

  private void state(ControllerState next, String reason) {
    Check.that(state != ControllerState.GONE, "a controller that is gone stays gone");
    LOG.debug("controller {} of {}: {} -> {}: {}", id, host.name(), state, next, reason);
    state = next;
    keepAlive.onState(next);
  }
}
