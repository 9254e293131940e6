"""What access shows to others."""

from throughline.foundation.kernel.viewer import Viewer

__all__ = ["Viewer"]
