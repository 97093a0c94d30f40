"""What people look at: the staff API and its web page. Opens no topic that is not gated for its reader."""
