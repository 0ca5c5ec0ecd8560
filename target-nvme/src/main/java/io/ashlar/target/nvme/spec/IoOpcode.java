package io.ashlar.target.nvme.spec;

/// I/O command opcodes (NVM Command Set 1.0, 3.2; reservations: Base 2.0, 7).
public final class IoOpcode {
  public static final int FLUSH = 0x00;
  public static final int WRITE = 0x01;
  public static final int READ = 0x02;
  public static final int COMPARE = 0x05;
  public static final int WRITE_ZEROES = 0x08;
  public static final int DATASET_MANAGEMENT = 0x09;
  public static final int VERIFY = 0x0C;
  public static final int RESERVATION_REGISTER = 0x0D;
  public static final int RESERVATION_REPORT = 0x0E;
  public static final int RESERVATION_ACQUIRE = 0x11;
  public static final int RESERVATION_RELEASE = 0x15;
  public static final int COPY = 0x19;

  private IoOpcode() {}
}
