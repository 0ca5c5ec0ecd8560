package io.ashlar.cli;

import picocli.CommandLine.IVersionProvider;

/// The version in the jar's manifest.
public final class Version implements IVersionProvider {
  private static final String UNPACKAGED = "(unpackaged)";

  /// Such as `0.1.0`.
  public static String text() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? UNPACKAGED : version;
  }

  @Override
  public String[] getVersion() {
    return new String[] {"ashlar " + text()};
  }
}
