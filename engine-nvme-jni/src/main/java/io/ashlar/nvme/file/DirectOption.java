package io.ashlar.nvme.file;

import java.nio.file.OpenOption;
import org.jspecify.annotations.Nullable;

/// The JDK's O_DIRECT option. It is not part of Java SE, so it is found by name; a JDK without it
/// gives a device that goes through the page cache.
final class DirectOption {
  private static final String CLASS_NAME = "com.sun.nio.file.ExtendedOpenOption";

  private DirectOption() {}

  static @Nullable OpenOption find() {
    try {
      Object[] constants = Class.forName(CLASS_NAME).getEnumConstants();
      for (Object constant : constants == null ? new Object[0] : constants) {
        if (constant instanceof OpenOption option && "DIRECT".equals(constant.toString())) {
          return option;
        }
      }
      return null;
    } catch (ClassNotFoundException e) {
      return null;
    }
  }
}
