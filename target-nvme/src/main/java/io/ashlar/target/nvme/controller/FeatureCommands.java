package io.ashlar.target.nvme.controller;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.ashlar.target.nvme.spec.FeatureId;
import io.ashlar.target.nvme.spec.NvmeStatus;
import io.ashlar.target.nvme.subsystem.KeepAliveLimits;
import io.ashlar.target.nvme.subsystem.Subsystem;

/// Get Features and Set Features (Base 2.0, 5.15 and 5.27).
final class FeatureCommands {
  private static final int SAVE = 1 << 31;
  private static final int HOST_ID_EXTENDED = 1;
  private static final int HOST_ID_BYTES = 16;
  private static final int QUEUES_NOT_ALLOWED = 0xFFFF;

  private FeatureCommands() {}

  static void get(Controller controller, AdminCommand command) {
    Features features = controller.features();
    int id = command.entry.cdw10() & 0xFF;
    if (!isKnown(controller, id)) {
      command.complete(NvmeStatus.INVALID_FIELD);
      return;
    }
    switch (id) {
      case FeatureId.ARBITRATION -> command.completeWithResult(features.arbitration);
      case FeatureId.POWER_MANAGEMENT -> command.completeWithResult(features.powerState);
      case FeatureId.TEMPERATURE_THRESHOLD ->
          command.completeWithResult(features.temperatureThreshold);
      case FeatureId.ERROR_RECOVERY -> command.completeWithResult(features.errorRecovery);
      case FeatureId.WRITE_ATOMICITY -> command.completeWithResult(features.writeAtomicity);
      case FeatureId.NUMBER_OF_QUEUES -> command.completeWithResult(queueCounts(controller));
      case FeatureId.ASYNC_EVENT_CONFIGURATION ->
          command.completeWithResult(controller.events().configuration() & 0xFFFF_FFFFL);
      case FeatureId.KEEP_ALIVE_TIMER ->
          command.completeWithResult(controller.keepAlive().timeoutMs());
      case FeatureId.TIMESTAMP -> AdminCommands.answerLong(command, features.timestamp());
      case FeatureId.IO_COMMAND_SET_PROFILE -> command.completeWithResult(0);
      case FeatureId.HOST_IDENTIFIER -> hostIdentifier(controller, command);
      case FeatureId.RESERVATION_NOTIFICATION_MASK, FeatureId.RESERVATION_PERSISTENCE ->
          controller.pages().getFeature(controller, command);
      default -> command.complete(NvmeStatus.INVALID_FIELD);
    }
  }

  static void set(Controller controller, AdminCommand command) {
    if ((command.entry.cdw10() & SAVE) != 0) {
      command.complete(NvmeStatus.FEATURE_NOT_SAVEABLE);
      return;
    }
    int id = command.entry.cdw10() & 0xFF;
    if (!isKnown(controller, id)) {
      command.complete(NvmeStatus.INVALID_FIELD);
      return;
    }
    if (id == FeatureId.RESERVATION_NOTIFICATION_MASK || id == FeatureId.RESERVATION_PERSISTENCE) {
      controller.pages().setFeature(controller, command);
      return;
    }
    command.complete(setOwn(controller, command, id));
  }

  /// A discovery controller has two features (Base 2.0, 3.1.2.3.3).
  private static boolean isKnown(Controller controller, int id) {
    return controller.pages().hasIoQueues()
        || id == FeatureId.KEEP_ALIVE_TIMER
        || id == FeatureId.ASYNC_EVENT_CONFIGURATION;
  }

  private static int setOwn(Controller controller, AdminCommand command, int id) {
    int value = command.entry.cdw11();
    Features features = controller.features();
    return switch (id) {
      case FeatureId.ARBITRATION -> {
        features.arbitration = value;
        yield NvmeStatus.SUCCESS;
      }
      case FeatureId.POWER_MANAGEMENT -> powerState(features, value);
      case FeatureId.TEMPERATURE_THRESHOLD -> {
        features.temperatureThreshold = value;
        yield NvmeStatus.SUCCESS;
      }
      case FeatureId.ERROR_RECOVERY -> errorRecovery(features, command);
      case FeatureId.WRITE_ATOMICITY -> {
        features.writeAtomicity = value & 1;
        yield NvmeStatus.SUCCESS;
      }
      case FeatureId.NUMBER_OF_QUEUES -> numberOfQueues(controller, command, value);
      case FeatureId.ASYNC_EVENT_CONFIGURATION -> {
        controller.events().configure(value);
        yield NvmeStatus.SUCCESS;
      }
      case FeatureId.KEEP_ALIVE_TIMER -> keepAlive(controller, Integer.toUnsignedLong(value));
      case FeatureId.TIMESTAMP -> timestamp(features, command);
      case FeatureId.IO_COMMAND_SET_PROFILE ->
          (value & 0x1FF) == 0 ? NvmeStatus.SUCCESS : NvmeStatus.INVALID_FIELD;
      // The Connect command has set it (Base 2.0, 5.27.1.25).
      case FeatureId.HOST_IDENTIFIER -> NvmeStatus.COMMAND_SEQUENCE_ERROR;
      default -> NvmeStatus.INVALID_FIELD;
    };
  }

  /// Checks a host's keep-alive timeout and starts the timer with it. A discovery controller works
  /// without one (Base 2.0, 3.1.2.3); over TCP an I/O controller needs one.
  ///
  /// @return a status; the timer runs on as it did unless it is good
  static int keepAlive(Controller controller, long timeoutMs) {
    KeepAliveLimits limits = controller.limits().keepAlive();
    if (timeoutMs == 0 && !controller.pages().hasIoQueues()) {
      controller.keepAlive().timeout(0);
      return NvmeStatus.SUCCESS;
    }
    if (timeoutMs < limits.timeoutMinMs() || timeoutMs > limits.timeoutMaxMs()) {
      return NvmeStatus.KEEP_ALIVE_TIMEOUT_INVALID;
    }
    long granularity = limits.granularityMs();
    controller.keepAlive().timeout((timeoutMs + granularity - 1) / granularity * granularity);
    return NvmeStatus.SUCCESS;
  }

  private static int powerState(Features features, int value) {
    if ((value & 0x1F) != 0) {
      return NvmeStatus.INVALID_FIELD; // there is one power state
    }
    features.powerState = value;
    return NvmeStatus.SUCCESS;
  }

  private static int errorRecovery(Features features, AdminCommand command) {
    int namespaceId = command.entry.namespaceId();
    if (namespaceId != Subsystem.NAMESPACE_ID && namespaceId != -1) {
      return NvmeStatus.INVALID_NAMESPACE;
    }
    if ((command.entry.cdw11() & 1 << 16) != 0) {
      return NvmeStatus.INVALID_FIELD; // deallocated blocks read as zeroes, never as errors
    }
    features.errorRecovery = command.entry.cdw11();
    return NvmeStatus.SUCCESS;
  }

  private static int numberOfQueues(Controller controller, AdminCommand command, int value) {
    if ((value & 0xFFFF) == QUEUES_NOT_ALLOWED || value >>> 16 == QUEUES_NOT_ALLOWED) {
      return NvmeStatus.INVALID_FIELD;
    }
    command.result = queueCounts(controller);
    return NvmeStatus.SUCCESS;
  }

  /// As many as there may be, whatever was asked for; a host takes the smaller figure.
  private static long queueCounts(Controller controller) {
    long zeroBased = controller.limits().queues().ioQueuesMax() - 1L;
    return zeroBased | zeroBased << 16;
  }

  private static int timestamp(Features features, AdminCommand command) {
    if (command.dataBytes < Long.BYTES) {
      return NvmeStatus.DATA_SGL_LENGTH_INVALID;
    }
    features.timestamp(command.data.getLong(0, LITTLE_ENDIAN));
    return NvmeStatus.SUCCESS;
  }

  private static void hostIdentifier(Controller controller, AdminCommand command) {
    if ((command.entry.cdw11() & HOST_ID_EXTENDED) == 0) {
      command.complete(NvmeStatus.INVALID_FIELD); // fabrics know 128-bit identifiers alone
      return;
    }
    if (command.dataBytes < HOST_ID_BYTES) {
      command.complete(NvmeStatus.DATA_SGL_LENGTH_INVALID);
      return;
    }
    command.data.putLong(0, controller.host().idHigh(), LITTLE_ENDIAN);
    command.data.putLong(Long.BYTES, controller.host().idLow(), LITTLE_ENDIAN);
    command.completeWithData(HOST_ID_BYTES);
  }
}
