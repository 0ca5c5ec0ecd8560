package io.ashlar.target.iscsi.scsi;

import static io.ashlar.target.iscsi.scsi.ReservationClass.ALLOWED;
import static io.ashlar.target.iscsi.scsi.ReservationClass.CONFIGURE;
import static io.ashlar.target.iscsi.scsi.ReservationClass.READ;
import static io.ashlar.target.iscsi.scsi.ReservationClass.WRITE;
import static io.ashlar.target.iscsi.scsi.Transfer.BLOCKS_IN;
import static io.ashlar.target.iscsi.scsi.Transfer.BLOCKS_OUT;
import static io.ashlar.target.iscsi.scsi.Transfer.NONE;
import static io.ashlar.target.iscsi.scsi.Transfer.PARAMETERS_IN;
import static io.ashlar.target.iscsi.scsi.Transfer.RANGE_ONLY;

import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/// Every command that a unit supports. Dispatch, the check of reserved bits and REPORT SUPPORTED
/// OPERATION CODES all read this one table.
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
    addPrimary(all);
    addReads(all);
    addWrites(all);
    return List.copyOf(all);
  }

  private static void addPrimary(List<CommandDescriptor> all) {
    all.add(CommandDescriptor.of("00 00 00 00 00 00", NONE, READ, PrimaryCommands::testUnitReady));
    all.add(
        CommandDescriptor.of(
                "03 01 00 00 ff 00", PARAMETERS_IN, ALLOWED, PrimaryCommands::requestSense)
            .withLength(4, 1));
    all.add(
        CommandDescriptor.of("12 01 ff ff ff 00", PARAMETERS_IN, ALLOWED, InquiryCommand::run)
            .withLength(3, 2));
    all.add(
        CommandDescriptor.of(
                "a0 00 ff 00 00 00 ff ff ff ff 00 00",
                PARAMETERS_IN,
                ALLOWED,
                PrimaryCommands::reportLuns)
            .withLength(6, 4));
  }

  private static void addReads(List<CommandDescriptor> all) {
    all.add(
        CommandDescriptor.of(
            "25 00 ff ff ff ff 00 00 00 00",
            PARAMETERS_IN,
            ALLOWED,
            CapacityCommands::readCapacity10));
    all.add(
        CommandDescriptor.of(
                "9e 1f ff ff ff ff ff ff ff ff ff ff ff ff 01 00",
                PARAMETERS_IN,
                ALLOWED,
                CapacityCommands::readCapacity16)
            .asServiceAction(CapacityCommands.READ_CAPACITY_16)
            .withLength(10, 4));
    all.add(CommandDescriptor.of("08 1f ff ff ff 00", BLOCKS_IN, READ, BlockCommands::read));
    all.add(
        CommandDescriptor.of(
            "28 18 ff ff ff ff 1f ff ff 00", BLOCKS_IN, READ, BlockCommands::read));
    all.add(
        CommandDescriptor.of(
            "a8 18 ff ff ff ff ff ff ff ff 1f 00", BLOCKS_IN, READ, BlockCommands::read));
    all.add(
        CommandDescriptor.of(
            "88 18 ff ff ff ff ff ff ff ff ff ff ff ff 1f 00",
            BLOCKS_IN,
            READ,
            BlockCommands::read));
    all.add(
        CommandDescriptor.of(
            "35 02 ff ff ff ff 1f ff ff 00", RANGE_ONLY, WRITE, BlockCommands::flush));
    all.add(
        CommandDescriptor.of(
            "91 02 ff ff ff ff ff ff ff ff ff ff ff ff 1f 00",
            RANGE_ONLY,
            WRITE,
            BlockCommands::flush));
    all.add(
        CommandDescriptor.of("1b 01 00 00 f7 00", NONE, CONFIGURE, PrimaryCommands::startStopUnit));
  }

  private static void addWrites(List<CommandDescriptor> all) {
    all.add(CommandDescriptor.of("0a 1f ff ff ff 00", BLOCKS_OUT, WRITE, BlockCommands::write));
    all.add(
        CommandDescriptor.of(
            "2a 18 ff ff ff ff 1f ff ff 00", BLOCKS_OUT, WRITE, BlockCommands::write));
    all.add(
        CommandDescriptor.of(
            "aa 18 ff ff ff ff ff ff ff ff 1f 00", BLOCKS_OUT, WRITE, BlockCommands::write));
    all.add(
        CommandDescriptor.of(
            "8a 18 ff ff ff ff ff ff ff ff ff ff ff ff 1f 00",
            BLOCKS_OUT,
            WRITE,
            BlockCommands::write));
  }
}
