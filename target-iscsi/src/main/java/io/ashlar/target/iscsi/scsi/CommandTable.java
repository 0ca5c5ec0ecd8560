package io.ashlar.target.iscsi.scsi;

import static io.ashlar.target.iscsi.scsi.ReservationClass.ALLOWED;
import static io.ashlar.target.iscsi.scsi.ReservationClass.CONFIGURE;
import static io.ashlar.target.iscsi.scsi.ReservationClass.OWN;
import static io.ashlar.target.iscsi.scsi.ReservationClass.READ;
import static io.ashlar.target.iscsi.scsi.ReservationClass.START_STOP;
import static io.ashlar.target.iscsi.scsi.ReservationClass.STATUS;
import static io.ashlar.target.iscsi.scsi.ReservationClass.WRITE;
import static io.ashlar.target.iscsi.scsi.Transfer.BLOCKS_IN;
import static io.ashlar.target.iscsi.scsi.Transfer.BLOCKS_OUT;
import static io.ashlar.target.iscsi.scsi.Transfer.NONE;
import static io.ashlar.target.iscsi.scsi.Transfer.PARAMETERS_IN;
import static io.ashlar.target.iscsi.scsi.Transfer.PARAMETERS_OUT;
import static io.ashlar.target.iscsi.scsi.Transfer.PATTERN_OUT;
import static io.ashlar.target.iscsi.scsi.Transfer.RANGE_ONLY;
import static io.ashlar.target.iscsi.scsi.Transfer.TWO_HALVES_OUT;
import static io.ashlar.target.iscsi.scsi.Transfer.VERIFY_OUT;

import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/// Every command that a unit supports. Dispatch, the check of reserved bits and REPORT SUPPORTED
/// OPERATION CODES all read this one table. The bytes are the CDB's usage: opcode first, then which
/// bits may be set.
final class CommandTable {
  static final List<CommandDescriptor> COMMANDS = commands();

  private static final int OPCODES = 256;
  private static final CommandDescriptor[][] BY_OPCODE = byOpcode();

  private CommandTable() {}

  /// Whether any command has this opcode.
  static boolean knows(int opcode) {
    return BY_OPCODE[opcode].length > 0;
  }

  /// The command of this CDB; null if its opcode or its service action is not supported.
  static @Nullable CommandDescriptor find(DirectBuffer cdb) {
    return find(Cdb.opcode(cdb), Cdb.serviceAction(cdb));
  }

  static @Nullable CommandDescriptor find(int opcode, int serviceAction) {
    for (CommandDescriptor command : BY_OPCODE[opcode]) {
      if (!command.hasServiceAction() || command.serviceAction() == serviceAction) {
        return command;
      }
    }
    return null;
  }

  /// Whether the commands of this opcode are told apart by service actions.
  static boolean hasServiceActions(int opcode) {
    return knows(opcode) && BY_OPCODE[opcode][0].hasServiceAction();
  }

  private static CommandDescriptor[][] byOpcode() {
    CommandDescriptor[][] table = new CommandDescriptor[OPCODES][];
    for (int opcode = 0; opcode < OPCODES; opcode++) {
      int wanted = opcode;
      table[opcode] =
          COMMANDS.stream().filter(c -> c.opcode() == wanted).toArray(CommandDescriptor[]::new);
    }
    return table;
  }

  private static List<CommandDescriptor> commands() {
    List<CommandDescriptor> all = new ArrayList<>();
    addStatus(all);
    addModes(all);
    addReads(all);
    addWrites(all);
    addVerifies(all);
    addProvisioning(all);
    addMaintenance(all);
    addReservations(all);
    addCopies(all);
    return List.copyOf(all);
  }

  private static CommandDescriptor blocks(
      String usage, Transfer transfer, ReservationClass reservations, CommandAction action) {
    return CommandDescriptor.of(usage, transfer, reservations, action);
  }

  private static CommandDescriptor in(
      String usage, int offset, int bytes, ReservationClass reservations, CommandAction action) {
    return CommandDescriptor.of(usage, PARAMETERS_IN, reservations, action)
        .withLength(offset, bytes);
  }

  private static CommandDescriptor out(
      String usage, int offset, int bytes, ReservationClass reservations, CommandAction action) {
    return CommandDescriptor.of(usage, PARAMETERS_OUT, reservations, action)
        .withLength(offset, bytes);
  }

  private static void addStatus(List<CommandDescriptor> all) {
    all.add(blocks("00 00 00 00 00 00", NONE, STATUS, PrimaryCommands::testUnitReady));
    all.add(in("03 01 00 00 ff 00", 4, 1, ALLOWED, PrimaryCommands::requestSense));
    all.add(in("12 01 ff ff ff 00", 3, 2, ALLOWED, InquiryCommand::run));
    all.add(in("a0 00 ff 00 00 00 ff ff ff ff 00 00", 6, 4, ALLOWED, PrimaryCommands::reportLuns));
    all.add(
        blocks(
            "25 00 ff ff ff ff 00 00 00 00",
            PARAMETERS_IN,
            STATUS,
            CapacityCommands::readCapacity10));
    all.add(
        in(
                "9e 00 ff ff ff ff ff ff ff ff ff ff ff ff 01 00",
                10,
                4,
                STATUS,
                CapacityCommands::readCapacity16)
            .asServiceAction(CapacityCommands.READ_CAPACITY_16));
    all.add(blocks("1b 01 00 00 f7 00", NONE, START_STOP, PrimaryCommands::startStopUnit));
    all.add(blocks("1e 00 00 00 03 00", NONE, STATUS, PrimaryCommands::preventAllow));
    all.add(in("37 00 1f 00 00 00 00 ff ff 00", 7, 2, READ, PrimaryCommands::readDefectData10));
    all.add(
        in("b7 1f ff ff ff ff ff ff ff ff 00 00", 6, 4, READ, PrimaryCommands::readDefectData12));
  }

  private static void addModes(List<CommandDescriptor> all) {
    all.add(in("1a 08 ff ff ff 00", 4, 1, READ, ModeCommands::sense));
    all.add(in("5a 18 ff ff 00 00 00 ff ff 00", 7, 2, READ, ModeCommands::sense));
    all.add(out("15 11 00 00 ff 00", 4, 1, CONFIGURE, ModeCommands::select));
    all.add(out("55 11 00 00 00 00 00 ff ff 00", 7, 2, CONFIGURE, ModeCommands::select));
  }

  private static void addReads(List<CommandDescriptor> all) {
    all.add(blocks("08 1f ff ff ff 00", BLOCKS_IN, READ, BlockCommands::read));
    all.add(blocks("28 18 ff ff ff ff 1f ff ff 00", BLOCKS_IN, READ, BlockCommands::read));
    all.add(blocks("a8 18 ff ff ff ff ff ff ff ff 1f 00", BLOCKS_IN, READ, BlockCommands::read));
    all.add(
        blocks(
            "88 18 ff ff ff ff ff ff ff ff ff ff ff ff 1f 00",
            BLOCKS_IN,
            READ,
            BlockCommands::read));
    all.add(blocks("34 02 ff ff ff ff 1f ff ff 00", RANGE_ONLY, READ, BlockCommands::prefetch));
    all.add(
        blocks(
            "90 02 ff ff ff ff ff ff ff ff ff ff ff ff 1f 00",
            RANGE_ONLY,
            READ,
            BlockCommands::prefetch));
    all.add(
        in(
                "9e 00 ff ff ff ff ff ff ff ff ff ff ff ff 00 00",
                10,
                4,
                READ,
                ProvisioningCommands::getLbaStatus)
            .asServiceAction(ProvisioningCommands.GET_LBA_STATUS));
  }

  private static void addWrites(List<CommandDescriptor> all) {
    all.add(blocks("0a 1f ff ff ff 00", BLOCKS_OUT, WRITE, BlockCommands::write));
    all.add(blocks("2a 18 ff ff ff ff 1f ff ff 00", BLOCKS_OUT, WRITE, BlockCommands::write));
    all.add(blocks("aa 18 ff ff ff ff ff ff ff ff 1f 00", BLOCKS_OUT, WRITE, BlockCommands::write));
    all.add(
        blocks(
            "8a 18 ff ff ff ff ff ff ff ff ff ff ff ff 1f 00",
            BLOCKS_OUT,
            WRITE,
            BlockCommands::write));
    all.add(
        blocks(
            "9c 18 ff ff ff ff ff ff ff ff 00 00 ff ff 1f 00",
            BLOCKS_OUT,
            WRITE,
            BlockCommands::write));
    all.add(
        blocks(
            "8b 18 ff ff ff ff ff ff ff ff ff ff ff ff 1f 00",
            BLOCKS_OUT,
            WRITE,
            BlockCommands::orWrite));
    all.add(
        blocks(
            "89 18 ff ff ff ff ff ff ff ff 00 00 00 ff 1f 00",
            TWO_HALVES_OUT,
            WRITE,
            BlockCommands::compareAndWrite));
    all.add(blocks("35 02 ff ff ff ff 1f ff ff 00", RANGE_ONLY, WRITE, BlockCommands::flush));
    all.add(
        blocks(
            "91 02 ff ff ff ff ff ff ff ff ff ff ff ff 1f 00",
            RANGE_ONLY,
            WRITE,
            BlockCommands::flush));
  }

  private static void addVerifies(List<CommandDescriptor> all) {
    all.add(blocks("2f 16 ff ff ff ff 1f ff ff 00", VERIFY_OUT, READ, BlockCommands::verify));
    all.add(blocks("af 16 ff ff ff ff ff ff ff ff 1f 00", VERIFY_OUT, READ, BlockCommands::verify));
    all.add(
        blocks(
            "8f 16 ff ff ff ff ff ff ff ff ff ff ff ff 1f 00",
            VERIFY_OUT,
            READ,
            BlockCommands::verify));
    all.add(
        blocks("2e 16 ff ff ff ff 1f ff ff 00", BLOCKS_OUT, WRITE, BlockCommands::writeAndVerify));
    all.add(
        blocks(
            "ae 16 ff ff ff ff ff ff ff ff 1f 00",
            BLOCKS_OUT,
            WRITE,
            BlockCommands::writeAndVerify));
    all.add(
        blocks(
            "8e 16 ff ff ff ff ff ff ff ff ff ff ff ff 1f 00",
            BLOCKS_OUT,
            WRITE,
            BlockCommands::writeAndVerify));
  }

  private static void addProvisioning(List<CommandDescriptor> all) {
    all.add(out("42 00 00 00 00 00 1f ff ff 00", 7, 2, WRITE, ProvisioningCommands::unmap));
    all.add(
        blocks(
            "41 08 ff ff ff ff 1f ff ff 00", PATTERN_OUT, WRITE, ProvisioningCommands::writeSame));
    all.add(
        blocks(
            "93 09 ff ff ff ff ff ff ff ff ff ff ff ff 1f 00",
            PATTERN_OUT,
            WRITE,
            ProvisioningCommands::writeSame));
  }

  private static void addMaintenance(List<CommandDescriptor> all) {
    all.add(
        in(
                "a3 e0 00 00 00 00 ff ff ff ff 00 00",
                6,
                4,
                ALLOWED,
                MaintenanceCommands::reportTargetPortGroups)
            .asServiceAction(MaintenanceCommands.REPORT_TARGET_PORT_GROUPS));
    all.add(
        in(
                "a3 00 87 ff ff ff ff ff ff ff 00 00",
                6,
                4,
                ALLOWED,
                MaintenanceCommands::reportSupportedOperationCodes)
            .asServiceAction(MaintenanceCommands.REPORT_SUPPORTED_OPERATION_CODES));
    all.add(
        in(
                "a3 00 80 00 00 00 ff ff ff ff 00 00",
                6,
                4,
                ALLOWED,
                MaintenanceCommands::reportSupportedFunctions)
            .asServiceAction(MaintenanceCommands.REPORT_SUPPORTED_FUNCTIONS));
  }

  private static void addReservations(List<CommandDescriptor> all) {
    all.add(blocks("16 00 00 00 00 00", NONE, OWN, ReservationCommands::reserveUnit));
    all.add(blocks("17 00 00 00 00 00", NONE, OWN, ReservationCommands::releaseUnit));
    CommandDescriptor keys =
        in("5e 00 00 00 00 00 00 ff ff 00", 7, 2, OWN, ReservationCommands::readKeys);
    all.add(keys.asServiceAction(ReservationCommands.READ_KEYS));
    all.add(
        keys.asServiceAction(ReservationCommands.READ_RESERVATION)
            .doing(ReservationCommands::readReservation));
    all.add(
        keys.asServiceAction(ReservationCommands.REPORT_CAPABILITIES)
            .doing(ReservationCommands::reportCapabilities));
    all.add(
        keys.asServiceAction(ReservationCommands.READ_FULL_STATUS)
            .doing(ReservationCommands::readFullStatus));
    CommandDescriptor change =
        out("5f 00 ff 00 00 ff ff ff ff 00", 5, 4, OWN, ReservationCommands::register);
    all.add(change.asServiceAction(ReservationCommands.REGISTER));
    all.add(
        change.asServiceAction(ReservationCommands.RESERVE).doing(ReservationCommands::reserve));
    all.add(
        change.asServiceAction(ReservationCommands.RELEASE).doing(ReservationCommands::release));
    all.add(change.asServiceAction(ReservationCommands.CLEAR).doing(ReservationCommands::clear));
    all.add(
        change.asServiceAction(ReservationCommands.PREEMPT).doing(ReservationCommands::preempt));
    all.add(
        change
            .asServiceAction(ReservationCommands.PREEMPT_AND_ABORT)
            .doing(ReservationCommands::preempt));
    all.add(
        change
            .asServiceAction(ReservationCommands.REGISTER_AND_IGNORE)
            .doing(ReservationCommands::registerIgnoringKey));
  }

  private static void addCopies(List<CommandDescriptor> all) {
    all.add(
        out("83 00 00 00 00 00 00 00 00 00 ff ff ff ff 00 00", 10, 4, WRITE, CopyCommands::copy)
            .asServiceAction(0));
    all.add(
        in("84 00 ff 00 00 00 00 00 00 00 ff ff ff ff 00 00", 10, 4, READ, CopyCommands::copyStatus)
            .asServiceAction(CopyCommands.COPY_STATUS));
    all.add(
        in(
                "84 00 ff 00 00 00 00 00 00 00 ff ff ff ff 00 00",
                10,
                4,
                READ,
                CopyCommands::operatingParameters)
            .asServiceAction(CopyCommands.OPERATING_PARAMETERS));
  }
}
