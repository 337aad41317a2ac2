//! Decoding pictures on blocking threads, bounded by the memory that they take together: a large
//! photo takes hundreds of megabytes for a moment, a small one next to nothing.

use crate::error::{Error, Result};
use crate::media::ImageFault;
use crate::media::image::{self, Thumbnail};
use bytes::Bytes;
use shared::limits::IMAGE_MAX_PIXELS;
use std::io::Cursor;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Memory that pictures take together, in MiB: that of one with the most pixels.
const MEMORY: u32 = (IMAGE_MAX_PIXELS * 12 / MIB + 1) as u32;
/// The least that is counted for a picture, so that not too many are decoded at once.
const LEAST: u32 = MEMORY / 4;
const MIB: u64 = 1024 * 1024;

/// Decodes pictures. Cloning shares the bound.
#[derive(Debug, Clone)]
pub struct Pictures {
    memory: Arc<Semaphore>,
}

impl Default for Pictures {
    fn default() -> Self {
        Self { memory: Arc::new(Semaphore::new(MEMORY as usize)) }
    }
}

impl Pictures {
    /// Does work that takes this many bytes of memory, once there is room for it.
    ///
    /// # Errors
    /// `internal` when the work panicked.
    pub async fn run<T: Send + 'static>(
        &self,
        cost: u64,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
        let cost = u32::try_from(cost / MIB).unwrap_or(u32::MAX).clamp(LEAST, MEMORY);
        let memory = Arc::clone(&self.memory).acquire_many_owned(cost).await;
        let memory = memory.map_err(|_| Error::draining())?;
        let work = move || {
            let _memory = memory;
            work()
        };
        let done = tokio::task::spawn_blocking(work).await;
        done.map_err(|cause| Error::internal("a picture", &cause))
    }

    /// The thumbnail of a picture in memory, as [`image::thumbnail`] makes it.
    ///
    /// # Errors
    /// `internal` when the decoder panicked; what is wrong with the picture inside.
    pub async fn thumbnail(
        &self,
        bytes: Bytes,
        max: (u32, u32),
    ) -> Result<Result<Thumbnail, ImageFault>> {
        match image::dimensions(Cursor::new(&bytes)) {
            Ok(size) => self.run(image::cost(size), move || image::thumbnail(&bytes, max)).await,
            Err(fault) => Ok(Err(fault)),
        }
    }
}
