/// A Linux guest under QEMU: a real kernel's initiators, file systems and verifier.
@NullMarked
package io.ashlar.interop.guest;

import org.jspecify.annotations.NullMarked;
