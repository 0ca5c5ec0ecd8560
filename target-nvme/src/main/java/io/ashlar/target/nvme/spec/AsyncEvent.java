package io.ashlar.target.nvme.spec;

/// Asynchronous events as they are reported in a completion's first dword (Base 2.0, 5.2.1): `type
/// | information << 8 | log page << 16`; and the bits by which a host asks for them in the
/// Asynchronous Event Configuration feature (Base 2.0, 5.27.1.8).
public final class AsyncEvent {
  private static final int TYPE_NOTICE = 2;
  private static final int TYPE_IO_COMMAND_SET = 6;

  public static final int NAMESPACE_CHANGED = TYPE_NOTICE | LogPageId.CHANGED_NAMESPACES << 16;
  public static final int ANA_CHANGED =
      TYPE_NOTICE | 0x03 << 8 | LogPageId.ASYMMETRIC_NAMESPACE_ACCESS << 16;
  public static final int DISCOVERY_CHANGED = TYPE_NOTICE | 0xF0 << 8 | LogPageId.DISCOVERY << 16;
  public static final int RESERVATION_LOG_AVAILABLE =
      TYPE_IO_COMMAND_SET | LogPageId.RESERVATION_NOTIFICATION << 16;

  public static final int CONFIGURE_NAMESPACE_NOTICES = 1 << 8;
  public static final int CONFIGURE_ANA_NOTICES = 1 << 11;
  public static final int CONFIGURE_DISCOVERY_NOTICES = 1 << 31;

  private AsyncEvent() {}
}
