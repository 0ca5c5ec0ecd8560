package io.ashlar.target.nvme.controller;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.ashlar.target.nvme.spec.AdminOpcode;
import io.ashlar.target.nvme.spec.ControllerProperties;
import io.ashlar.target.nvme.spec.NvmeStatus;

/// Carries out the admin commands of a connected admin queue.
public final class AdminCommands {
  private static final int ABORT_NOT_DONE = 1;
  private static final int PROPERTY_OF_8_BYTES = 1;
  private static final int PROPERTY_SIZE_MASK = 0x7;

  private AdminCommands() {}

  /// Starts a command; it completes now or later.
  public static void execute(Controller controller, AdminCommand command) {
    int opcode = command.entry.opcode();
    if (opcode == AdminOpcode.FABRICS) {
      executeFabrics(controller, command);
      return;
    }
    if (!controller.isReady()) {
      command.complete(NvmeStatus.COMMAND_SEQUENCE_ERROR);
      return;
    }
    switch (opcode) {
      case AdminOpcode.IDENTIFY -> controller.pages().identify(controller, command);
      case AdminOpcode.GET_LOG_PAGE -> controller.pages().logPage(controller, command);
      case AdminOpcode.GET_FEATURES -> FeatureCommands.get(controller, command);
      case AdminOpcode.SET_FEATURES -> FeatureCommands.set(controller, command);
      case AdminOpcode.ASYNC_EVENT_REQUEST -> controller.events().request(command);
      case AdminOpcode.KEEP_ALIVE -> command.complete(NvmeStatus.SUCCESS);
      case AdminOpcode.ABORT -> abort(controller, command);
      default -> command.complete(NvmeStatus.INVALID_OPCODE);
    }
  }

  private static void executeFabrics(Controller controller, AdminCommand command) {
    switch (command.entry.fabricsType()) {
      case AdminOpcode.FABRICS_PROPERTY_GET -> propertyGet(controller, command);
      case AdminOpcode.FABRICS_PROPERTY_SET -> propertySet(controller, command);
      case AdminOpcode.FABRICS_CONNECT -> command.complete(NvmeStatus.COMMAND_SEQUENCE_ERROR);
      // Disconnect is for I/O queues (Base 2.0, 6.4).
      case AdminOpcode.FABRICS_DISCONNECT -> command.complete(NvmeStatus.INVALID_FIELD);
      default -> command.complete(NvmeStatus.INVALID_FIELD);
    }
  }

  private static void propertyGet(Controller controller, AdminCommand command) {
    boolean long8 = (command.entry.cdw10() & PROPERTY_SIZE_MASK) == PROPERTY_OF_8_BYTES;
    int offset = command.entry.cdw11();
    if (long8 != (offset == ControllerProperties.CAPABILITIES_OFFSET)) {
      command.complete(NvmeStatus.INVALID_FIELD);
      return;
    }
    switch (offset) {
      case ControllerProperties.CAPABILITIES_OFFSET ->
          command.completeWithResult(
              ControllerProperties.capabilities(controller.limits().queues().queueEntriesMax()));
      case ControllerProperties.VERSION_OFFSET ->
          command.completeWithResult(ControllerProperties.VERSION);
      case ControllerProperties.CONFIGURATION_OFFSET ->
          command.completeWithResult(controller.configuration() & 0xFFFF_FFFFL);
      case ControllerProperties.STATUS_OFFSET ->
          command.completeWithResult(controller.statusProperty());
      case ControllerProperties.READY_TIMEOUTS_OFFSET ->
          command.completeWithResult(ControllerProperties.READY_TIMEOUT_UNITS);
      default -> command.complete(NvmeStatus.INVALID_FIELD);
    }
  }

  private static void propertySet(Controller controller, AdminCommand command) {
    boolean long8 = (command.entry.cdw10() & PROPERTY_SIZE_MASK) == PROPERTY_OF_8_BYTES;
    if (long8 || command.entry.cdw11() != ControllerProperties.CONFIGURATION_OFFSET) {
      command.complete(NvmeStatus.INVALID_FIELD);
      return;
    }
    command.complete(controller.configure((int) command.entry.cdw12And13()));
  }

  private static void abort(Controller controller, AdminCommand command) {
    int queueId = command.entry.cdw10() & 0xFFFF;
    int commandId = command.entry.cdw10() >>> Short.SIZE;
    boolean aborted = controller.abort(queueId, commandId);
    command.completeWithResult(aborted ? 0 : ABORT_NOT_DONE);
  }

  /// Puts `value` as an answer of 8 bytes.
  static void answerLong(AdminCommand command, long value) {
    if (command.dataBytes < Long.BYTES) {
      command.complete(NvmeStatus.DATA_SGL_LENGTH_INVALID);
      return;
    }
    command.data.putLong(0, value, LITTLE_ENDIAN);
    command.completeWithData(Long.BYTES);
  }
}
