package io.ashlar.initiator.nvme.command;

/// The I/O commands of the NVM Command Set (NVM Command Set Specification 1.0 §3.2), written into a
/// [SubmissionEntry]. Lengths in blocks are real counts here; the wire's are 0's based.
public final class NvmCommands {
  public static final int FLUSH = 0x00;
  public static final int WRITE = 0x01;
  public static final int READ = 0x02;
  public static final int COMPARE = 0x05;
  public static final int WRITE_ZEROES = 0x08;
  public static final int DATASET_MANAGEMENT = 0x09;
  public static final int VERIFY = 0x0C;
  public static final int COPY = 0x19;

  /// Dword 12 of Read, Write, Compare, Write Zeroes and Verify: answer from or to the medium.
  public static final int FORCE_UNIT_ACCESS = 1 << 30;

  /// Dword 12 of Write Zeroes: the range may be deallocated.
  public static final int DEALLOCATE = 1 << 25;

  /// Dword 11 of Dataset Management: deallocate the ranges.
  private static final int ATTRIBUTE_DEALLOCATE = 1 << 2;

  private NvmCommands() {}

  public static void flush(SubmissionEntry entry, int nsid) {
    entry.begin(FLUSH, nsid);
  }

  public static void read(SubmissionEntry entry, int nsid, long lba, int blocks) {
    transfer(entry, READ, nsid, lba, blocks);
  }

  public static void write(SubmissionEntry entry, int nsid, long lba, int blocks) {
    transfer(entry, WRITE, nsid, lba, blocks);
  }

  public static void compare(SubmissionEntry entry, int nsid, long lba, int blocks) {
    transfer(entry, COMPARE, nsid, lba, blocks);
  }

  /// @param flags [#DEALLOCATE] or 0
  public static void writeZeroes(SubmissionEntry entry, int nsid, long lba, int blocks, int flags) {
    range(entry, WRITE_ZEROES, nsid, lba).dword(12, (blocks - 1) | flags);
  }

  public static void verify(SubmissionEntry entry, int nsid, long lba, int blocks) {
    transfer(entry, VERIFY, nsid, lba, blocks);
  }

  /// Deallocates ranges; the data is `ranges` times [RangeList#DSM_LENGTH] bytes.
  public static void deallocate(SubmissionEntry entry, int nsid, int ranges) {
    entry.begin(DATASET_MANAGEMENT, nsid).dword(10, ranges - 1).dword(11, ATTRIBUTE_DEALLOCATE);
  }

  /// Copies ranges to `lba`, one after the other; the data is `ranges` times
  /// [RangeList#COPY_LENGTH] bytes (descriptor format 0).
  public static void copy(SubmissionEntry entry, int nsid, long lba, int ranges) {
    range(entry, COPY, nsid, lba).dword(12, ranges - 1);
  }

  private static void transfer(SubmissionEntry entry, int opcode, int nsid, long lba, int blocks) {
    range(entry, opcode, nsid, lba).dword(12, (blocks - 1) & 0xFFFF);
  }

  private static SubmissionEntry range(SubmissionEntry entry, int opcode, int nsid, long lba) {
    return entry.begin(opcode, nsid).quad(10, lba);
  }
}
