package io.ashlar.target.nvme.controller;

import static java.util.Objects.requireNonNull;

import io.ashlar.core.reservation.HostIdentity;
import io.ashlar.target.nvme.spec.ConnectDataFlyweight;
import io.ashlar.target.nvme.spec.NvmeStatus;
import io.ashlar.target.nvme.subsystem.QueueLimits;
import io.ashlar.target.nvme.subsystem.TargetLimits;
import io.netty.channel.EventLoop;
import java.util.List;
import org.agrona.collections.Int2ObjectHashMap;

/// The controllers of one subsystem, by id. One shard's own.
final class ControllerTable {
  /// Ids above are reserved (Base 2.0, 3.1.1).
  private static final int CONTROLLER_ID_MAX = 0xFFEF;

  private final TargetLimits limits;
  private final EventLoop loop;
  private final Int2ObjectHashMap<Controller> controllers = new Int2ObjectHashMap<>();
  private int lastId;

  ControllerTable(TargetLimits limits, EventLoop loop) {
    this.limits = limits;
    this.loop = loop;
  }

  /// Connects a queue: the admin queue makes a controller, an I/O queue joins one.
  ///
  /// @param pages what a controller that is made shows its host
  ConnectOutcome connect(ConnectRequest request, ControllerQueue queue, ControllerPages pages) {
    return request.queueId() == 0 ? connectAdmin(request, queue, pages) : connectIo(request, queue);
  }

  List<Controller> all() {
    return List.copyOf(controllers.values());
  }

  private ConnectOutcome connectAdmin(
      ConnectRequest request, ControllerQueue queue, ControllerPages pages) {
    if (request.controllerId() != ConnectDataFlyweight.CONTROLLER_ID_DYNAMIC) {
      return ConnectOutcome.refusedFor(ConnectRequest.CONTROLLER_ID_FIELD);
    }
    HostIdentity host = requireNonNull(request.host());
    if (host.idHigh() == 0 && host.idLow() == 0) {
      return ConnectOutcome.refusedFor(ConnectRequest.HOST_ID_FIELD);
    }
    if (request.queueEntries() > QueueLimits.ADMIN_ENTRIES_MAX) {
      return ConnectOutcome.refusedFor(ConnectRequest.QUEUE_SIZE_RESULT);
    }
    int ofThisHost = 0;
    for (Controller controller : controllers.values()) {
      ofThisHost += controller.host().equals(host) ? 1 : 0;
    }
    if (ofThisHost >= limits.connections().controllersPerHostMax()
        || controllers.size() == CONTROLLER_ID_MAX) {
      return ConnectOutcome.refused(NvmeStatus.CONNECT_CONTROLLER_BUSY);
    }
    Controller controller = new Controller(nextId(), host, limits, pages, loop, this::forget);
    int status = FeatureCommands.keepAlive(controller, request.keepAliveMs());
    if (status != NvmeStatus.SUCCESS) {
      return ConnectOutcome.refused(status);
    }
    controllers.put(controller.id(), controller);
    controller.attach(queue);
    return ConnectOutcome.connected(controller);
  }

  private ConnectOutcome connectIo(ConnectRequest request, ControllerQueue queue) {
    Controller controller = controllers.get(request.controllerId());
    if (controller == null || !controller.pages().hasIoQueues()) {
      return ConnectOutcome.refusedFor(ConnectRequest.CONTROLLER_ID_FIELD);
    }
    HostIdentity host = requireNonNull(request.host());
    if (!controller.host().name().equals(host.name())) {
      return ConnectOutcome.refusedFor(ConnectRequest.HOST_NQN_FIELD);
    }
    if (!controller.host().equals(host)) {
      return ConnectOutcome.refusedFor(ConnectRequest.HOST_ID_FIELD);
    }
    if (!controller.isReady()) {
      return ConnectOutcome.refused(NvmeStatus.COMMAND_SEQUENCE_ERROR);
    }
    if (request.queueId() > limits.queues().ioQueuesMax()) {
      return ConnectOutcome.refusedFor(ConnectRequest.QUEUE_ID_RESULT);
    }
    if (controller.hasQueue(request.queueId())) {
      return ConnectOutcome.refused(NvmeStatus.COMMAND_SEQUENCE_ERROR);
    }
    if (request.queueEntries() > limits.queues().queueEntriesMax()) {
      return ConnectOutcome.refusedFor(ConnectRequest.QUEUE_SIZE_RESULT);
    }
    controller.attach(queue);
    controller.heard();
    return ConnectOutcome.connected(controller);
  }

  private int nextId() {
    do {
      lastId = lastId % CONTROLLER_ID_MAX + 1;
    } while (controllers.containsKey(lastId));
    return lastId;
  }

  private void forget(Controller controller) {
    controllers.remove(controller.id());
  }
}
