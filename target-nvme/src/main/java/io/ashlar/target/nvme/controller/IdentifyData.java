package io.ashlar.target.nvme.controller;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.ashlar.core.volume.VolumeGeometry;
import io.ashlar.target.nvme.spec.CapsuleSizes;
import io.ashlar.target.nvme.spec.ControllerProperties;
import io.ashlar.target.nvme.spec.IdentifyControllerFlyweight;
import io.ashlar.target.nvme.spec.IdentifyNamespaceFlyweight;
import io.ashlar.target.nvme.spec.RangeFlyweight;
import io.ashlar.target.nvme.subsystem.AnaGroup;
import io.ashlar.target.nvme.subsystem.NamespaceIdentity;
import io.ashlar.target.nvme.subsystem.QueueLimits;
import io.ashlar.target.nvme.subsystem.Subsystem;
import io.ashlar.target.nvme.subsystem.TargetLimits;
import org.agrona.concurrent.UnsafeBuffer;

/// Fills Identify data from what a controller is and what its volume is.
final class IdentifyData {
  static final String MODEL = "Ashlar volume";
  static final String FIRMWARE_REVISION = "0.1.0";

  private static final int ENTRY_SIZES_SQ = 0x66;
  private static final int ENTRY_SIZES_CQ = 0x44;
  private static final int FUSED_COMPARE_AND_WRITE = 1;
  private static final int ABORT_LIMIT = 7;
  private static final int FIRMWARE_ONE_SLOT_READ_ONLY = 1 | 1 << 1;
  private static final int ANA_TRANSITION_SECONDS = 10;
  private static final int ANA_OPTIMIZED = 1;
  private static final int ANA_NON_OPTIMIZED = 1 << 1;
  private static final int ANA_INACCESSIBLE = 1 << 2;
  private static final int ANA_GROUP_FIXED = 1 << 6;

  private IdentifyData() {}

  static void controller(Controller controller, Subsystem subsystem, UnsafeBuffer page) {
    IdentifyControllerFlyweight data = new IdentifyControllerFlyweight().wrapCleared(page, 0);
    common(controller, data);
    data.putPadded(
            IdentifyControllerFlyweight.SERIAL_NUMBER_OFFSET,
            IdentifyControllerFlyweight.SERIAL_NUMBER_BYTES,
            NamespaceIdentity.serialNumber(subsystem.volumeId()))
        .putTerminated(
            IdentifyControllerFlyweight.SUBSYSTEM_NQN_OFFSET,
            IdentifyControllerFlyweight.SUBSYSTEM_NQN_BYTES,
            subsystem.nqn())
        .put8(
            IdentifyControllerFlyweight.MULTIPATH_OFFSET,
            IdentifyControllerFlyweight.MULTIPATH_CONTROLLERS
                | IdentifyControllerFlyweight.MULTIPATH_ANA)
        .put32(
            IdentifyControllerFlyweight.ASYNC_EVENTS_OFFSET,
            IdentifyControllerFlyweight.EVENT_NAMESPACE | IdentifyControllerFlyweight.EVENT_ANA)
        .put8(
            IdentifyControllerFlyweight.CONTROLLER_TYPE_OFFSET, IdentifyControllerFlyweight.TYPE_IO)
        .put8(
            IdentifyControllerFlyweight.LOG_ATTRIBUTES_OFFSET,
            IdentifyControllerFlyweight.LOG_COMMANDS_SUPPORTED
                | IdentifyControllerFlyweight.LOG_EXTENDED)
        .put8(IdentifyControllerFlyweight.ERROR_LOG_ENTRIES_OFFSET, LogPages.ERROR_ENTRIES - 1);
    queues(controller.limits(), data);
    commands(data, subsystem.volume().geometry());
    paths(data);
  }

  /// What discovery controllers share with I/O controllers.
  static void common(Controller controller, IdentifyControllerFlyweight data) {
    TargetLimits limits = controller.limits();
    data.putPadded(
            IdentifyControllerFlyweight.MODEL_NUMBER_OFFSET,
            IdentifyControllerFlyweight.MODEL_NUMBER_BYTES,
            MODEL)
        .putPadded(
            IdentifyControllerFlyweight.FIRMWARE_OFFSET,
            IdentifyControllerFlyweight.FIRMWARE_BYTES,
            FIRMWARE_REVISION)
        .put16(IdentifyControllerFlyweight.CONTROLLER_ID_OFFSET, controller.id())
        .put32(IdentifyControllerFlyweight.VERSION_OFFSET, ControllerProperties.VERSION)
        .put32(
            IdentifyControllerFlyweight.ATTRIBUTES_OFFSET,
            IdentifyControllerFlyweight.ATTRIBUTE_HOST_ID_128
                | IdentifyControllerFlyweight.ATTRIBUTE_TRAFFIC_KEEP_ALIVE)
        .put8(IdentifyControllerFlyweight.ABORT_LIMIT_OFFSET, ABORT_LIMIT)
        .put8(
            IdentifyControllerFlyweight.ASYNC_EVENT_LIMIT_OFFSET,
            limits.queues().asyncEventRequestsMax() - 1)
        .put8(
            IdentifyControllerFlyweight.LOG_ATTRIBUTES_OFFSET,
            IdentifyControllerFlyweight.LOG_EXTENDED)
        .put16(
            IdentifyControllerFlyweight.KEEP_ALIVE_GRANULARITY_OFFSET,
            (int) (limits.keepAlive().granularityMs() / 100))
        .put32(
            IdentifyControllerFlyweight.SGL_SUPPORT_OFFSET, IdentifyControllerFlyweight.SGL_SUPPORT)
        .put8(IdentifyControllerFlyweight.SGL_DESCRIPTORS_MAX_OFFSET, 1);
  }

  private static void queues(TargetLimits limits, IdentifyControllerFlyweight data) {
    QueueLimits queues = limits.queues();
    data.put8(IdentifyControllerFlyweight.TRANSFER_SIZE_OFFSET, queues.transferPagesLog2())
        .put8(IdentifyControllerFlyweight.SQ_ENTRY_SIZE_OFFSET, ENTRY_SIZES_SQ)
        .put8(IdentifyControllerFlyweight.CQ_ENTRY_SIZE_OFFSET, ENTRY_SIZES_CQ)
        .put16(IdentifyControllerFlyweight.COMMANDS_MAX_OFFSET, queues.queueEntriesMax())
        .put32(
            IdentifyControllerFlyweight.COMMAND_CAPSULE_OFFSET,
            CapsuleSizes.commandUnits(queues.inCapsuleBytesMax()))
        .put32(IdentifyControllerFlyweight.RESPONSE_CAPSULE_OFFSET, CapsuleSizes.responseUnits())
        .put16(
            IdentifyControllerFlyweight.OPTIONAL_FABRICS_COMMANDS_OFFSET,
            IdentifyControllerFlyweight.OPTIONAL_DISCONNECT);
  }

  private static void commands(IdentifyControllerFlyweight data, VolumeGeometry geometry) {
    int atomic = atomicBlocks(geometry) - 1;
    data.put8(IdentifyControllerFlyweight.FIRMWARE_UPDATES_OFFSET, FIRMWARE_ONE_SLOT_READ_ONLY)
        .put32(IdentifyControllerFlyweight.NAMESPACES_OFFSET, Subsystem.NAMESPACE_ID)
        .put32(IdentifyControllerFlyweight.NAMESPACES_ALLOWED_OFFSET, Subsystem.NAMESPACE_ID)
        .put16(
            IdentifyControllerFlyweight.OPTIONAL_COMMANDS_OFFSET,
            IdentifyControllerFlyweight.OPTIONAL_COMPARE
                | IdentifyControllerFlyweight.OPTIONAL_DATASET_MANAGEMENT
                | IdentifyControllerFlyweight.OPTIONAL_WRITE_ZEROES
                | IdentifyControllerFlyweight.OPTIONAL_RESERVATIONS
                | IdentifyControllerFlyweight.OPTIONAL_TIMESTAMP
                | IdentifyControllerFlyweight.OPTIONAL_VERIFY
                | IdentifyControllerFlyweight.OPTIONAL_COPY)
        .put16(IdentifyControllerFlyweight.FUSED_OPERATIONS_OFFSET, FUSED_COMPARE_AND_WRITE)
        .put16(IdentifyControllerFlyweight.ATOMIC_WRITE_OFFSET, atomic)
        .put16(IdentifyControllerFlyweight.ATOMIC_WRITE_POWER_FAIL_OFFSET, atomic)
        .put16(IdentifyControllerFlyweight.ATOMIC_COMPARE_AND_WRITE_OFFSET, atomic)
        .put16(IdentifyControllerFlyweight.COPY_FORMATS_OFFSET, 1);
  }

  private static void paths(IdentifyControllerFlyweight data) {
    data.put8(IdentifyControllerFlyweight.ANA_TRANSITION_SECONDS_OFFSET, ANA_TRANSITION_SECONDS)
        .put8(
            IdentifyControllerFlyweight.ANA_CAPABILITIES_OFFSET,
            ANA_OPTIMIZED | ANA_NON_OPTIMIZED | ANA_INACCESSIBLE | ANA_GROUP_FIXED)
        .put32(IdentifyControllerFlyweight.ANA_GROUP_MAX_OFFSET, AnaGroup.ID_MAX)
        .put32(IdentifyControllerFlyweight.ANA_GROUP_COUNT_OFFSET, AnaGroup.ID_MAX);
  }

  static void namespace(Subsystem subsystem, UnsafeBuffer page) {
    VolumeGeometry geometry = subsystem.volume().geometry();
    int atomic = atomicBlocks(geometry) - 1;
    int unit = VolumeGeometry.BLOCK_BYTES / geometry.logicalBlockBytes() - 1;
    int shift = Integer.numberOfTrailingZeros(geometry.logicalBlockBytes());
    int copyBlocks = IdentifyNamespaceFlyweight.COPY_BYTES_MAX / geometry.logicalBlockBytes();
    new IdentifyNamespaceFlyweight()
        .wrapCleared(page, 0)
        .putSize(geometry.logicalBlocks())
        .put8(IdentifyNamespaceFlyweight.FEATURES_OFFSET, IdentifyNamespaceFlyweight.FEATURES)
        .put8(
            IdentifyNamespaceFlyweight.MULTIPATH_OFFSET,
            IdentifyNamespaceFlyweight.MULTIPATH_SHARED)
        .put8(
            IdentifyNamespaceFlyweight.RESERVATION_CAPABILITIES_OFFSET,
            IdentifyNamespaceFlyweight.RESERVATION_CAPABILITIES)
        .put8(
            IdentifyNamespaceFlyweight.DEALLOCATE_FEATURES_OFFSET,
            IdentifyNamespaceFlyweight.DEALLOCATE_READS_ZEROES)
        .put16(IdentifyNamespaceFlyweight.ATOMIC_WRITE_OFFSET, atomic)
        .put16(IdentifyNamespaceFlyweight.ATOMIC_WRITE_POWER_FAIL_OFFSET, atomic)
        .put16(IdentifyNamespaceFlyweight.ATOMIC_COMPARE_AND_WRITE_OFFSET, atomic)
        .put16(IdentifyNamespaceFlyweight.PREFERRED_WRITE_GRANULARITY_OFFSET, unit)
        .put16(IdentifyNamespaceFlyweight.PREFERRED_WRITE_ALIGNMENT_OFFSET, unit)
        .put16(IdentifyNamespaceFlyweight.PREFERRED_DEALLOCATE_GRANULARITY_OFFSET, unit)
        .put16(IdentifyNamespaceFlyweight.PREFERRED_DEALLOCATE_ALIGNMENT_OFFSET, unit)
        .put16(IdentifyNamespaceFlyweight.OPTIMAL_WRITE_SIZE_OFFSET, atomic)
        .put16(IdentifyNamespaceFlyweight.COPY_RANGE_BLOCKS_MAX_OFFSET, copyBlocks)
        .put32(IdentifyNamespaceFlyweight.COPY_BLOCKS_MAX_OFFSET, copyBlocks)
        .put8(IdentifyNamespaceFlyweight.COPY_RANGES_MAX_OFFSET, RangeFlyweight.COPY_RANGES_MAX - 1)
        .put32(IdentifyNamespaceFlyweight.ANA_GROUP_OFFSET, subsystem.ana().id())
        .putBytes(
            IdentifyNamespaceFlyweight.NGUID_OFFSET,
            NamespaceIdentity.uuidBytes(subsystem.volumeId()))
        .putBytes(
            IdentifyNamespaceFlyweight.EUI64_OFFSET,
            NamespaceIdentity.eui64Bytes(subsystem.volumeId()))
        .put32(
            IdentifyNamespaceFlyweight.LBA_FORMAT_0_OFFSET,
            shift << IdentifyNamespaceFlyweight.LBA_DATA_SIZE_SHIFT);
  }

  /// Namespace Identification Descriptor list (Base 2.0, figure 277): `| type u8 | length u8 |
  /// reserved u16 | name |`, one after the other.
  static void descriptors(Subsystem subsystem, UnsafeBuffer page) {
    byte[] uuid = NamespaceIdentity.uuidBytes(subsystem.volumeId());
    int at = putDescriptor(page, 0, 1, NamespaceIdentity.eui64Bytes(subsystem.volumeId()));
    at = putDescriptor(page, at, 2, uuid);
    at = putDescriptor(page, at, 3, uuid);
    putDescriptor(page, at, 4, new byte[] {0}); // the NVM command set
  }

  private static int putDescriptor(UnsafeBuffer page, int at, int type, byte[] name) {
    page.putByte(at, (byte) type);
    page.putByte(at + 1, (byte) name.length);
    page.putBytes(at + 4, name);
    return at + 4 + name.length;
  }

  /// I/O command set independent namespace data (Base 2.0, figure 280): `| features | nmic | rescap
  /// | fpi | ANA group u32 | … | status at 14 |`.
  static void namespaceOfAnySet(Subsystem subsystem, UnsafeBuffer page) {
    page.putByte(1, (byte) IdentifyNamespaceFlyweight.MULTIPATH_SHARED);
    page.putByte(2, (byte) IdentifyNamespaceFlyweight.RESERVATION_CAPABILITIES);
    page.putInt(4, subsystem.ana().id(), LITTLE_ENDIAN);
    page.putByte(14, (byte) 1); // ready
  }

  /// How many logical blocks a write may have to be all or nothing.
  static int atomicBlocks(VolumeGeometry geometry) {
    return VolumeGeometry.ATOMIC_WRITE_BYTES_MAX / geometry.logicalBlockBytes();
  }
}
