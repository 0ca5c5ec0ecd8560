package io.ashlar.target.nvme.spec;

/// Log page identifiers (Base 2.0, 5.16.1).
public final class LogPageId {
  public static final int SUPPORTED_LOG_PAGES = 0x00;
  public static final int ERROR_INFORMATION = 0x01;
  public static final int HEALTH = 0x02;
  public static final int FIRMWARE_SLOT = 0x03;
  public static final int CHANGED_NAMESPACES = 0x04;
  public static final int COMMANDS_SUPPORTED = 0x05;
  public static final int ASYMMETRIC_NAMESPACE_ACCESS = 0x0C;
  public static final int DISCOVERY = 0x70;
  public static final int RESERVATION_NOTIFICATION = 0x80;

  private LogPageId() {}
}
