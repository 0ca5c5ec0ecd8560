package io.ashlar.target.nvme.spec;

/// Admin command opcodes (Base 2.0, 5) and Fabrics command types (Base 2.0, 6).
public final class AdminOpcode {
  public static final int GET_LOG_PAGE = 0x02;
  public static final int IDENTIFY = 0x06;
  public static final int ABORT = 0x08;
  public static final int SET_FEATURES = 0x09;
  public static final int GET_FEATURES = 0x0A;
  public static final int ASYNC_EVENT_REQUEST = 0x0C;
  public static final int KEEP_ALIVE = 0x18;

  /// The one opcode of all Fabrics commands; [CommandFlyweight#fabricsType] tells which. Valid in
  /// I/O queues too.
  public static final int FABRICS = 0x7F;

  public static final int FABRICS_PROPERTY_SET = 0x00;
  public static final int FABRICS_CONNECT = 0x01;
  public static final int FABRICS_PROPERTY_GET = 0x04;
  public static final int FABRICS_DISCONNECT = 0x08;

  private AdminOpcode() {}
}
