package io.ashlar.target.nvme.controller;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.ashlar.core.reservation.Persistence;
import io.ashlar.target.nvme.spec.FeatureId;
import io.ashlar.target.nvme.spec.LogPageId;
import io.ashlar.target.nvme.spec.NvmeStatus;
import io.ashlar.target.nvme.subsystem.Subsystem;
import org.agrona.concurrent.UnsafeBuffer;

/// The pages of an I/O controller.
final class NvmPages implements ControllerPages {
  private static final int IDENTIFY_BYTES = 4096;
  private static final int ALL_NAMESPACES = -1;
  private static final int HIGHEST_VALID_NSID = 0xFFFF_FFFD;

  private static final int CNS_NAMESPACE = 0x00;
  private static final int CNS_CONTROLLER = 0x01;
  private static final int CNS_ACTIVE_LIST = 0x02;
  private static final int CNS_DESCRIPTORS = 0x03;
  private static final int CNS_NAMESPACE_OF_SET = 0x05;
  private static final int CNS_CONTROLLER_OF_SET = 0x06;
  private static final int CNS_ACTIVE_LIST_OF_SET = 0x07;
  private static final int CNS_NAMESPACE_ANY_SET = 0x08;
  private static final int CNS_COMMAND_SETS = 0x1C;

  private static final int RESERVATION_MASK_BITS = 0b1110;

  private final SubsystemControllers owner;

  NvmPages(SubsystemControllers owner) {
    this.owner = owner;
  }

  @Override
  public boolean hasIoQueues() {
    return true;
  }

  @Override
  public void identify(Controller controller, AdminCommand command) {
    if (command.dataBytes < IDENTIFY_BYTES) {
      command.complete(NvmeStatus.DATA_SGL_LENGTH_INVALID);
      return;
    }
    UnsafeBuffer page = command.data;
    page.setMemory(0, IDENTIFY_BYTES, (byte) 0);
    int status = fillIdentify(controller, command, page);
    if (status == NvmeStatus.SUCCESS) {
      command.completeWithData(IDENTIFY_BYTES);
    } else {
      command.complete(status);
    }
  }

  private int fillIdentify(Controller controller, AdminCommand command, UnsafeBuffer page) {
    int namespaceId = command.entry.namespaceId();
    int commandSet = command.entry.cdw11() >>> 24;
    int selector = command.entry.cdw10() & 0xFF;
    if (selector >= CNS_NAMESPACE_OF_SET && selector <= CNS_ACTIVE_LIST_OF_SET && commandSet != 0) {
      return NvmeStatus.INVALID_IO_COMMAND_SET;
    }
    Subsystem subsystem = owner.subsystem();
    switch (selector) {
      case CNS_CONTROLLER -> IdentifyData.controller(controller, subsystem, page);
      case CNS_ACTIVE_LIST, CNS_ACTIVE_LIST_OF_SET -> {
        if (Integer.compareUnsigned(namespaceId, HIGHEST_VALID_NSID) > 0) {
          return NvmeStatus.INVALID_NAMESPACE;
        }
        if (namespaceId == 0) {
          page.putInt(0, Subsystem.NAMESPACE_ID, LITTLE_ENDIAN);
        }
      }
      case CNS_CONTROLLER_OF_SET -> {} // no limits beyond those of the controller
      case CNS_COMMAND_SETS -> page.putLong(0, 1, LITTLE_ENDIAN);
      case CNS_NAMESPACE, CNS_DESCRIPTORS, CNS_NAMESPACE_OF_SET, CNS_NAMESPACE_ANY_SET -> {
        boolean common = namespaceId == ALL_NAMESPACES && selector == CNS_NAMESPACE;
        if (namespaceId != Subsystem.NAMESPACE_ID && !common) {
          return NvmeStatus.INVALID_NAMESPACE;
        }
        fillNamespace(selector, subsystem, page);
      }
      default -> {
        return NvmeStatus.INVALID_FIELD;
      }
    }
    return NvmeStatus.SUCCESS;
  }

  private static void fillNamespace(int selector, Subsystem subsystem, UnsafeBuffer page) {
    switch (selector) {
      case CNS_NAMESPACE -> IdentifyData.namespace(subsystem, page);
      case CNS_DESCRIPTORS -> IdentifyData.descriptors(subsystem, page);
      case CNS_NAMESPACE_ANY_SET -> IdentifyData.namespaceOfAnySet(subsystem, page);
      default -> {} // of the NVM set: all fields are about protection information, which is absent
    }
  }

  @Override
  public void getFeature(Controller controller, AdminCommand command) {
    if (isOtherNamespace(command)) {
      command.complete(NvmeStatus.INVALID_NAMESPACE);
    } else if ((command.entry.cdw10() & 0xFF) == FeatureId.RESERVATION_NOTIFICATION_MASK) {
      command.completeWithResult(controller.features().reservationMask);
    } else {
      Persistence now = owner.subsystem().volume().reservations().persistence();
      command.completeWithResult(now == Persistence.PERSISTENT ? 1 : 0);
    }
  }

  @Override
  public void setFeature(Controller controller, AdminCommand command) {
    int value = command.entry.cdw11();
    if (isOtherNamespace(command)) {
      command.complete(NvmeStatus.INVALID_NAMESPACE);
    } else if ((command.entry.cdw10() & 0xFF) == FeatureId.RESERVATION_NOTIFICATION_MASK) {
      controller.features().reservationMask = value & RESERVATION_MASK_BITS;
      command.complete(NvmeStatus.SUCCESS);
    } else {
      Persistence next = (value & 1) != 0 ? Persistence.PERSISTENT : Persistence.VOLATILE;
      new PersistenceChange(command, next).submit();
    }
  }

  private final class PersistenceChange extends ReservationChange {
    private final AdminCommand command;
    private final Persistence next;

    PersistenceChange(AdminCommand command, Persistence next) {
      super(owner.subsystem().volume());
      this.command = command;
      this.next = next;
    }

    @Override
    protected int change() {
      owner.subsystem().volume().reservations().persist(next);
      return NvmeStatus.SUCCESS;
    }

    @Override
    protected void end(int status) {
      command.complete(status);
    }
  }

  private static boolean isOtherNamespace(AdminCommand command) {
    int namespaceId = command.entry.namespaceId();
    return namespaceId != Subsystem.NAMESPACE_ID && namespaceId != ALL_NAMESPACES;
  }

  @Override
  public void logPage(Controller controller, AdminCommand command) {
    LogPageRequest request = LogPageRequest.of(command);
    switch (request.pageId()) {
      case LogPageId.SUPPORTED_LOG_PAGES -> request.answer(command, LogPages.supported());
      case LogPageId.ERROR_INFORMATION -> request.answer(command, LogPages.errors());
      case LogPageId.HEALTH -> request.answer(command, LogPages.health(controller.traffic()));
      case LogPageId.FIRMWARE_SLOT -> request.answer(command, LogPages.firmware());
      case LogPageId.COMMANDS_SUPPORTED -> request.answer(command, LogPages.commands());
      case LogPageId.CHANGED_NAMESPACES -> {
        request.answer(command, LogPages.changedNamespaces(controller.isNamespaceChanged()));
        if (!request.retainEvent() && command.status == NvmeStatus.SUCCESS) {
          controller.namespaceChangeWasRead();
        }
        request.markRead(controller, AsyncEvents.Kind.NAMESPACE);
      }
      case LogPageId.ASYMMETRIC_NAMESPACE_ACCESS -> {
        request.answer(command, LogPages.ana(owner.subsystem().ana(), request.groupsOnly()));
        request.markRead(controller, AsyncEvents.Kind.ANA);
      }
      case LogPageId.RESERVATION_NOTIFICATION -> reservationLog(controller, command, request);
      default -> command.complete(NvmeStatus.INVALID_LOG_PAGE);
    }
  }

  /// Each reading takes one notice; the host is told again if more are left.
  private static void reservationLog(
      Controller controller, AdminCommand command, LogPageRequest request) {
    ReservationLog log = controller.reservationLog();
    request.answer(command, log.page());
    if (!request.retainEvent()) {
      log.remove();
      request.markRead(controller, AsyncEvents.Kind.RESERVATION);
      if (!log.isEmpty()) {
        controller.events().raise(AsyncEvents.Kind.RESERVATION);
      }
    }
  }
}
