//! One WebSocket: opened, listened to, and closed with everything that belonged to it. What its
//! events mean is the driver's.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{CloseEvent, MessageEvent, WebSocket};

/// What a socket says.
pub(super) enum Heard {
    /// A text frame.
    Frame(String),
    /// It is closed, with this code.
    Closed(u16),
}

/// An open or opening socket. Dropping it closes it, and nothing more is heard of it.
pub(super) struct Socket {
    socket: WebSocket,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_close: Closure<dyn FnMut(CloseEvent)>,
}

impl Socket {
    /// Opens a socket; nothing where the browser refuses the address.
    pub(super) fn open(url: &str, hear: impl Fn(Heard) + Clone + 'static) -> Option<Self> {
        let socket = WebSocket::new(url).ok()?;
        let told = hear.clone();
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            if let Some(text) = event.data().as_string() {
                told(Heard::Frame(text));
            }
        });
        let on_close = Closure::<dyn FnMut(CloseEvent)>::new(move |event: CloseEvent| {
            hear(Heard::Closed(event.code()));
        });
        socket.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        socket.set_onclose(Some(on_close.as_ref().unchecked_ref()));
        Some(Self { socket, _on_message: on_message, _on_close: on_close })
    }

    /// Sends a text frame. False when the socket isn't open: the frame is not sent then.
    pub(super) fn send(&self, text: &str) -> bool {
        self.socket.ready_state() == WebSocket::OPEN && self.socket.send_with_str(text).is_ok()
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        // Fails only for codes that can't be given; this gives none.
        let _ = self.socket.close();
    }
}
