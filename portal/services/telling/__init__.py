"""Telling her outside the portal: her safe ways, what is planned, and what is sent."""
